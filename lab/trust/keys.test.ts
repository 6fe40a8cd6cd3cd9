import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { Call } from '../core/call.ts';
import { keyIdOf } from './envelope.ts';
import { loadLabKey, loadTrustedKeys } from './keys.ts';

const call: Call = { signal: new AbortController().signal, deadline: { remainingMs: () => Infinity } };

t.test('the lab key is made once, for its owner only, whoever asks first', async (t) => {
  const state = path.join(t.testdir({}), 'state');
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadLabKey(state, call)));
  t.equal(new Set(keys.map((key) => key.keyId)).size, 1);
  t.equal((await stat(path.join(state, 'lab-key.pem'))).mode & 0o777, 0o600);
  t.same(await readdir(state), ['lab-key.pem']);
  t.equal((await loadLabKey(state, call)).keyId, keys[0]?.keyId, 'and stays the same');
  t.notMatch(JSON.stringify(keys[0]), /PRIVATE|"d"/);
});

t.test('a key that others can read is not used', async (t) => {
  const state = t.testdir({});
  await loadLabKey(state, call);
  await chmod(path.join(state, 'lab-key.pem'), 0o640);
  await t.rejects(loadLabKey(state, call), { code: 'trust.key-exposed' });
});

t.test('a key that is none is not replaced quietly', async (t) => {
  const state = t.testdir({ 'lab-key.pem': 'nonsense' });
  await chmod(path.join(state, 'lab-key.pem'), 0o600);
  await t.rejects(loadLabKey(state, call), { code: 'trust.key-invalid' });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(path.join(state, 'lab-key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await t.rejects(loadLabKey(state, call), { code: 'trust.key-invalid' });
});

t.test('trusted keys: the own one and those beside it; asking makes nothing', async (t) => {
  const state = path.join(t.testdir({}), 'state');
  t.same(await loadTrustedKeys(state, call), []);
  await t.rejects(readdir(state), { code: 'ENOENT' });
  const own = await loadLabKey(state, call);
  const { publicKey } = generateKeyPairSync('ed25519');
  await mkdir(path.join(state, 'trusted-keys'));
  await writeFile(path.join(state, 'trusted-keys', 'other.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(path.join(state, 'trusted-keys', 'README'), 'not a key');
  t.same(
    (await loadTrustedKeys(state, call)).map((key) => key.keyId),
    [own.keyId, keyIdOf(publicKey)],
  );
  await writeFile(
    path.join(state, 'trusted-keys', 'broken.pem'),
    (await readFile(path.join(state, 'trusted-keys', 'other.pem'), 'utf8')).slice(0, 60),
  );
  await t.rejects(loadTrustedKeys(state, call), { code: 'trust.key-invalid' });
});
