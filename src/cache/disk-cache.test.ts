import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import t from 'tap';
import { clearCache, showCache } from './cache-operations.ts';
import { type DiskCache, entryFile, openDiskCache } from './disk-cache.ts';
import { makeEntry, readEntry } from './entry.ts';
import { hitRate, readFigures } from './figures.ts';
import { filesOf } from './trim.ts';

const start = Date.parse('2026-01-02T03:04:05Z');
const clocked = (folder: string, mostBytes?: number): { readonly cache: DiskCache; readonly clock: { now: number } } => {
  const clock = { now: start };
  return { clock, cache: openDiskCache(folder, { now: () => clock.now, ...(mostBytes === undefined ? {} : { mostBytes }) }) };
};

t.test('keeps what it is given for as long as it is told', async (t) => {
  const { cache, clock } = clocked(path.join(t.testdir({}), 'deep/cache'));
  t.equal(await cache.get('a'), undefined);
  await cache.put('a', '{"x":"ü🙂"}', 1_000);
  t.same(await cache.get('a'), { value: '{"x":"ü🙂"}', storedAt: start, fresh: true });
  t.equal(await cache.get('b'), undefined);
  clock.now += 1_000;
  t.match(await cache.get('a'), { fresh: false });
  t.match(cache.figures(), { hits: 1, misses: 2, expired: 1, stored: 1 });
  clock.now -= 3_600_000;
  t.match(await cache.get('a'), { fresh: false }, 'stored in the future: the clock was wrong');
});

t.test('the place of an entry depends on its name alone', async (t) => {
  t.equal(
    entryFile('3/search/tv?query=a'),
    path.join('entries', 'e3', 'fb9d5a4b52f266509b11299fe4c7c555eb8ea18d5d92b6ab39010dc8696fe1.json'),
  );
  t.match(entryFile('../../etc/passwd'), /^entries[\\/][0-9a-f]{2}[\\/][0-9a-f]{62}\.json$/);
});

t.test('an entry of the first form is taken over', async (t) => {
  const folder = t.testdir({});
  const { cache, clock } = clocked(folder);
  const file = path.join(folder, entryFile('old'));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ schema: 1, name: 'old', storedAt: start - 1_000, secondsToLive: 10, value: { a: [1, 'ü'] } }));
  t.same(await cache.get('old'), { value: '{"a":[1,"ü"]}', storedAt: start - 1_000, fresh: true });
  t.match(JSON.parse(readFileSync(file, 'utf8')), { schema: 2, freshUntil: start + 9_000 }, 'and is of the second one from then on');
  clock.now += 9_000;
  t.match(await cache.get('old'), { fresh: false });
});

t.test('what is corrupt is put aside and fetched anew', async (t) => {
  const folder = t.testdir({});
  const { cache } = clocked(folder);
  const good = JSON.stringify(makeEntry('a', '{"x":1}', start, 1_000));
  const spoilt = [
    '',
    '{',
    'null',
    '[]',
    '"x"',
    good.slice(0, -5),
    good.replace('{\\"x\\":1}', '{\\"x\\":2}'),
    good.replace('"a"', '"b"'),
    '\0'.repeat(1_000),
  ];
  for (const [index, text] of spoilt.entries()) {
    await cache.put('a', '{"x":1}', 1_000);
    writeFileSync(path.join(folder, entryFile('a')), text);
    t.equal(await cache.get('a'), undefined, JSON.stringify(text.slice(0, 60)));
    t.equal(readdirSync(path.join(folder, 'quarantine')).length, index + 1);
    await cache.put('a', '{"x":1}', 1_000);
    t.match(await cache.get('a'), { value: '{"x":1}' });
  }
  const file = path.join(folder, entryFile('folder'));
  mkdirSync(file, { recursive: true });
  t.equal(await cache.get('folder'), undefined, 'a folder in its place');
  await cache.put('folder', '1', 1_000);
  t.match(await cache.get('folder'), { value: '1' });
});

t.test('an entry of a newer version is of no use and stays', async (t) => {
  const folder = t.testdir({});
  const { cache } = clocked(folder);
  const file = path.join(folder, entryFile('a'));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '{"schema":3,"new":"form"}');
  t.equal(await cache.get('a'), undefined);
  t.ok(existsSync(file));
});

t.test('no text at all is taken for an entry that it is not', async () => {
  const good = JSON.stringify(makeEntry('a', '{"x":"some value"}', start, 1_000));
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.string({ minLength: 1, maxLength: 3 }), (at, other) => {
      const changed = good.slice(0, at) + other + good.slice(at + other.length);
      const read = readEntry(changed, 'a');
      return changed === good || read.kind !== 'entry' || read.entry.value === '{"x":"some value"}';
    }),
    { numRuns: 2_000 },
  );
  fc.assert(fc.property(fc.json(), (text) => readEntry(text, 'a').kind !== 'entry'));
});

t.test('stays within its bound: what was not used for longest goes first', async (t) => {
  const folder = t.testdir({});
  const { cache, clock } = clocked(folder, 100_000);
  for (let index = 0; index < 8; index += 1) {
    await cache.put(`old ${index}`, JSON.stringify('x'.repeat(9_000)), 1e9);
    const seconds = (clock.now - 1e9 + index) / 1000;
    utimesSync(path.join(folder, entryFile(`old ${index}`)), seconds, seconds);
  }
  t.ok(await cache.get('old 0'), 'used again');
  const leftover = path.join(folder, 'entries', 'left.tmp');
  writeFileSync(leftover, '');
  utimesSync(leftover, (clock.now - 7_200_000) / 1000, (clock.now - 7_200_000) / 1000);
  for (let index = 0; index < 6; index += 1) await cache.put(`new ${index}`, JSON.stringify('x'.repeat(9_000)), 1e9);
  const bytes = (await filesOf(path.join(folder, 'entries'))).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  t.ok(bytes <= 100_000, String(bytes));
  t.ok(await cache.get('old 0'));
  t.equal(await cache.get('old 1'), undefined);
  t.ok(await cache.get('new 5'));
  t.notOk(existsSync(leftover), 'what a killed program left goes, too');
  t.ok(cache.figures().evicted > 0);
});

t.test('show and clear', async (t) => {
  const folder = t.testdir({});
  {
    const { cache, clock } = clocked(folder);
    await using _ = cache;
    await cache.put('a', '1', 1_000);
    await cache.put('b', '2', 100_000);
    clock.now += 5_000;
    for (const name of ['a', 'b', 'c', 'b']) await cache.get(name);
    writeFileSync(path.join(folder, entryFile('b')), 'torn');
    await cache.get('b');
    await cache.put('b', '2', 100_000);
  }
  const report = await showCache(folder, 1_000_000, start + 5_000);
  t.match(report, {
    entries: 2,
    expired: 1,
    quarantined: 1,
    mostBytes: 1_000_000,
    hitRate: 0.4,
    lastHitRate: 0.4,
    total: { hits: 2, misses: 2, expired: 1 },
  });
  t.ok(report.bytes > 100);
  t.equal((await clearCache(folder)).entries, 2);
  t.match(await showCache(folder, 1, start), { entries: 0, bytes: 0, quarantined: 0, hitRate: undefined });
  t.equal((await clearCache(folder)).entries, 0, 'nothing to clear is no failure');
});

t.test('figures add up over many uses, whatever is in their file', async (t) => {
  const folder = t.testdir({});
  for (let use = 0; use < 700; use += 1) {
    const { cache } = clocked(folder);
    await cache.get('nothing');
    await cache[Symbol.asyncDispose]();
    if (use % 100 === 0) appendFileSync(path.join(folder, 'figures.ndjson'), '{"torn\n');
  }
  const { total, last } = await readFigures(folder);
  t.equal(total.misses, 700);
  t.equal(last?.misses, 1);
  t.equal(hitRate(total), 0);
  t.ok(statSync(path.join(folder, 'figures.ndjson')).size < 70_000);
});

t.test('something else in the place of the cache is said', async (t) => {
  const folder = t.testdir({ cache: 'a file' });
  const { cache } = clocked(path.join(folder, 'cache'));
  await t.rejects(cache.put('a', '1', 1_000), { code: 'cache-corrupt', exitCode: 7 });
  await t.rejects(cache.get('a'), { code: 'cache-corrupt', exitCode: 7 });
  await clearCache(path.join(folder, 'cache'));
  await cache.put('a', '1', 1_000);
  t.match(await cache.get('a'), { value: '1' });
});

t.test('what is no cache is told of by a look at it, too', async (t) => {
  const folder = t.testdir({ file: 'a file', part: { entries: 'a file' }, empty: {} });
  for (const place of ['file', 'part']) await t.rejects(showCache(path.join(folder, place), 1, 0), { code: 'cache-corrupt' }, place);
  for (const place of ['empty', 'none']) t.match(await showCache(path.join(folder, place), 1, 0), { entries: 0, bytes: 0 }, place);
});

t.test('several processes at once, some of them killed', async (t) => {
  const folder = path.join(t.testdir({}), 'cache');
  const program = path.join(import.meta.dirname, '../testing/cache-writer.main.ts');
  const run = (seed: number): { readonly child: ReturnType<typeof spawn>; readonly done: Promise<unknown> } => {
    const child = spawn(process.execPath, ['--no-warnings', program, folder, String(seed), '600', '60000'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
    return { child, done: once(child, 'close').then(() => [child.exitCode, errors]) };
  };
  const all = [1, 2, 3, 4, 5].map(run);
  t.teardown(() => all.forEach(({ child }) => child.kill('SIGKILL')));
  await Promise.all(all.map(async ({ child }) => once(child.stdout!, 'data')));
  for (const { child } of all.slice(0, 3)) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    child.kill('SIGKILL');
  }
  const [, , , fourth, fifth] = await Promise.all(all.map(async ({ done }) => done));
  t.same(
    [fourth, fifth],
    [
      [0, ''],
      [0, ''],
    ],
  );
  const cache = openDiskCache(folder, { mostBytes: 60_000 });
  let found = 0;
  for (let index = 0; index < 40; index += 1) if (await cache.get(`entry ${index}`)) found += 1;
  t.ok(found > 0);
  t.equal(cache.figures().quarantined, 0);
});
