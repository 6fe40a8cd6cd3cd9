import { chmodSync, existsSync, readFileSync, readdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import t from 'tap';
import { settings as format } from '../contract/settings.ts';
import { readKeyFile } from './key-file.ts';
import { makeMasker } from './masker.ts';
import { openText, sealText } from './seal.ts';
import { openSettings } from './settings-store.ts';

const KEY = '0123456789abcdef0123456789abcdef';
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJ4In0.bWFkZS11cC1zaWduYXR1cmU';
const open = (folder: string, environment: Record<string, string> = {}): ReturnType<typeof openSettings> =>
  openSettings(folder, environment, makeMasker());
const textOf = (folder: string): string => readFileSync(path.join(folder, 'settings.json'), 'utf8');

t.test('the key is sealed, and only its own key file opens it', async (t) => {
  const folder = path.join(t.testdir({}), 'state');
  const store = open(folder);
  await t.rejects(store.tmdbKey(), { code: 'tmdb-key-missing', exitCode: 2 });
  t.equal(await store.keyOrigin(), 'none');
  await store.setTmdbKey(` ${KEY}\n`);
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(path.join(folder, name));
    for (const form of [KEY, Buffer.from(KEY).toString('base64'), Buffer.from(KEY, 'hex').toString('latin1')])
      t.notOk(bytes.includes(Buffer.from(form, 'latin1')), name);
  }
  t.same(readdirSync(folder).toSorted(), ['settings.json', 'settings.key'], 'nothing is left over');
  t.ok(format.safeParse(JSON.parse(textOf(folder))).success);
  if (process.platform !== 'win32') t.equal(statSync(path.join(folder, 'settings.key')).mode & 0o777, 0o600);
  t.same(await open(folder).tmdbKey(), { kind: 'v3', text: KEY });
  t.equal(await store.keyOrigin(), 'settings');
  const before = textOf(folder);
  await store.setTmdbKey(KEY);
  t.not(textOf(folder), before, 'the same key never looks the same');

  writeFileSync(path.join(folder, 'settings.key'), Buffer.alloc(32, 7));
  await t.rejects(open(folder).tmdbKey(), { code: 'tmdb-key-unreadable', exitCode: 2 });
  writeFileSync(path.join(folder, 'settings.key'), 'short');
  await t.rejects(open(folder).tmdbKey(), { code: 'tmdb-key-unreadable' });
  unlinkSync(path.join(folder, 'settings.key'));
  await t.rejects(open(folder).tmdbKey(), { code: 'tmdb-key-unreadable' });
  await store.setTmdbKey(TOKEN);
  t.match(await open(folder).tmdbKey(), { kind: 'v4', text: TOKEN });
  await store.removeTmdbKey();
  await t.rejects(open(folder).tmdbKey(), { code: 'tmdb-key-missing' });
});

t.test('what is no key is not kept', async (t) => {
  const folder = t.testdir({});
  await t.rejects(open(folder).setTmdbKey('hunter2hunter2'), { code: 'tmdb-key-malformed', exitCode: 2 });
  t.same(readdirSync(folder), []);
});

t.test('the environment goes before the settings', async (t) => {
  const folder = t.testdir({});
  await open(folder).setTmdbKey(KEY);
  const store = open(folder, { ANIVAULT_TMDB_KEY: TOKEN });
  t.match(await store.tmdbKey(), { kind: 'v4' });
  t.equal(await store.keyOrigin(), 'environment');
  t.equal(await open(folder, { ANIVAULT_TMDB_KEY: '  ' }).keyOrigin(), 'settings', 'an empty one is none');
  await t.rejects(open(folder, { ANIVAULT_TMDB_KEY: 'nonsense' }).tmdbKey(), { code: 'tmdb-key-malformed' });
});

t.test('a key file that others may read is refused', { skip: process.platform === 'win32' && 'Windows has no modes' }, async (t) => {
  const folder = t.testdir({});
  await open(folder).setTmdbKey(KEY);
  chmodSync(path.join(folder, 'settings.key'), 0o640);
  await t.rejects(open(folder).tmdbKey(), { code: 'key-file-open', exitCode: 4, message: /mode 640/ });
});

t.test('a box opens with its key, its name and its bytes only', async (t) => {
  const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const sealed = await sealText('ü🙂', 'a', key);
  t.equal(await openText(sealed, 'a', key), 'ü🙂');
  const box = Buffer.from(sealed.box, 'base64');
  for (let index = 0; index < box.length; index += 1) {
    const changed = Buffer.from(box.map((byte, at) => (at === index ? byte ^ 1 : byte)));
    await t.rejects(openText({ ...sealed, box: changed.toString('base64') }, 'a', key), { code: 'tmdb-key-unreadable' });
  }
  await t.rejects(openText(sealed, 'b', key), { code: 'tmdb-key-unreadable' });
  await t.rejects(openText(sealed, 'a', other), { code: 'tmdb-key-unreadable' });
  for (const bad of [{ box: 'AAAA' }, { nonce: 'AAAA' }, { box: '' }])
    await t.rejects(openText({ ...sealed, ...bad }, 'a', key), { code: 'tmdb-key-unreadable' });
});

t.test('several processes make one key file', async (t) => {
  const folder = t.testdir({});
  const keys = await Promise.all(Array.from({ length: 12 }, async () => readKeyFile(folder, true)));
  t.equal(new Set(keys.map((key) => key?.toString('hex'))).size, 1);
  t.same(readdirSync(folder), ['settings.key']);
  t.equal(await readKeyFile(path.join(folder, 'other'), false), undefined);
  t.notOk(existsSync(path.join(folder, 'other')));
});

t.test('settings come and go, and what is not known stays', async (t) => {
  const folder = t.testdir({
    'settings.json': '\uFEFF{"$schema":"settings.v1.json","version":1,"language":"ja-JP","later":{"a":[1]}}',
  });
  const store = open(folder);
  t.same(await store.read(), { language: 'ja-JP' });
  t.same(await store.change({ cacheMegabytes: 64, logLevel: 'debug' }), { language: 'ja-JP', cacheMegabytes: 64, logLevel: 'debug' });
  await store.setTmdbKey(KEY);
  t.same(await store.change({ language: undefined }), { cacheMegabytes: 64, logLevel: 'debug' });
  t.match(JSON.parse(textOf(folder)), { later: { a: [1] }, tmdbKey: { cipher: 'xchacha20-poly1305' } });
  await t.rejects(store.change({ language: 'klingon' }), { code: 'settings-unreadable', message: /language/ });
  t.same(await store.read(), { cacheMegabytes: 64, logLevel: 'debug' });
});

t.test('files that are not settings are said, and never written over', async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ['{', 'settings-unreadable'],
    ['[]', 'settings-unreadable'],
    ['null', 'settings-unreadable'],
    ['{"$schema":"settings.v1.json","version":1,"cacheMegabytes":"many"}', 'settings-unreadable'],
    ['{"$schema":"settings.v2.json","version":2,"anything":true}', 'settings-newer'],
  ];
  for (const [text, code] of cases) {
    const folder = t.testdir({ 'settings.json': text });
    await t.rejects(open(folder).read(), { code, exitCode: 1 }, text);
    await t.rejects(open(folder).change({ language: 'en-US' }), { code });
    await t.rejects(open(folder).setTmdbKey(KEY), { code });
    t.same(textOf(folder), text);
    t.same(readdirSync(folder), ['settings.json']);
  }
});

t.test('masks a secret in all its forms', async (t) => {
  const masker = makeMasker();
  const secret = 'p@ss/wörd+1 "x"';
  masker.add(secret);
  masker.add('short');
  const base64 = (before: string, after: string): string => Buffer.from(before + secret + after).toString('base64');
  for (const text of [
    `a ${secret} b`,
    `u=${encodeURIComponent(secret)}&`,
    encodeURIComponent(secret).toLowerCase(),
    new URLSearchParams({ key: secret }).toString(),
    JSON.stringify({ secret }),
    ...['', 'a', 'ab', 'abc'].flatMap((before) => ['', 'z', 'zz'].map((after) => base64(before, after))),
    Buffer.from(`user:${secret}`).toString('base64url'),
  ]) {
    const masked = masker.mask(text);
    t.match(masked, /\*\*\*/, text);
    t.notOk(masked.includes(secret) || masked.includes('w%C3%B6rd') || masked.toLowerCase().includes('w%c3%b6rd'), masked);
  }
  t.equal(masker.mask('nothing short here'), 'nothing short here');
  t.same(masker.maskWithin({ a: [secret, 1, null], b: { c: `x${secret}` } }), { a: ['***', 1, null], b: { c: 'x***' } });
  fc.assert(
    fc.property(fc.string({ minLength: 12, maxLength: 60 }), fc.string(), fc.string(), (key, before, after) => {
      const own = makeMasker();
      own.add(key);
      return !own.mask(before + key + after).includes(key) || '***'.includes(key);
    }),
  );
});

t.test('the key is masked as soon as it is known', async (t) => {
  const masker = makeMasker();
  const folder = t.testdir({});
  const store = openSettings(folder, {}, masker);
  await store.setTmdbKey(KEY);
  t.equal(masker.mask(`https://host/3/x?api_key=${KEY}&a=1`), 'https://host/3/x?api_key=***&a=1');
  const second = makeMasker();
  await openSettings(folder, {}, second).tmdbKey();
  t.equal(second.mask(`Authorization: ${KEY.toUpperCase()}`), 'Authorization: ***');
  const third = makeMasker();
  openSettings(folder, { ANIVAULT_TMDB_KEY: TOKEN }, third);
  t.equal(third.mask(`Bearer ${TOKEN}`), 'Bearer ***');
});
