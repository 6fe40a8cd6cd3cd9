import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { callFor } from '../testing/calls.ts';
import { type CachedFolder, cachedFolder, cachedFolderPath, findCached, pruneUnused } from './cached-folder.ts';
import { foldersIn } from './folders.ts';
import { sha256Of } from './hash.ts';

const call = callFor(20_000);

const thing = (made: string[], more: Partial<CachedFolder> = {}): CachedFolder => ({
  kind: 'thing',
  recipe: { version: 1 },
  make: async (into) => {
    made.push(into);
    await writeFile(path.join(into, 'file'), 'content');
    return { files: ['file'], about: { thing: '1' } };
  },
  ...more,
});

t.test('it is made once and found again', async (t) => {
  const folders = foldersIn({ LAB_CACHE_DIR: t.testdir() });
  const made: string[] = [];
  t.equal(await findCached(folders, thing(made)), undefined);
  const first = await cachedFolder(folders, thing(made), call);
  t.same(first, { folder: cachedFolderPath(folders, thing(made)), about: { thing: '1' }, digests: { file: sha256Of('content') } });
  t.same(await cachedFolder(folders, thing(made), call), first);
  t.equal(made.length, 1);
  await cachedFolder(folders, thing(made, { recipe: { version: 2 } }), call);
  t.equal(made.length, 2, 'another recipe is another folder');
  t.equal((await readdir(folders.cache)).length, 2);
});

t.test('only one makes it at a time', async (t) => {
  const folders = foldersIn({ LAB_CACHE_DIR: t.testdir() });
  const made: string[] = [];
  const waited: number[] = [];
  const slow = thing(made, {
    onWait: (holder) => waited.push(holder.pid),
    make: async (into, makeCall) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return thing(made).make(into, makeCall);
    },
  });
  const results = await Promise.all([1, 2, 3].map(() => cachedFolder(folders, slow, call)));
  t.equal(made.length, 1);
  t.equal(new Set(results.map((result) => result.folder)).size, 1);
  t.ok(waited.includes(process.pid), 'who waits is told for whom');
});

t.test('what is not whole is made again', async (t) => {
  const folders = foldersIn({ LAB_CACHE_DIR: t.testdir() });
  const made: string[] = [];
  const { folder } = await cachedFolder(folders, thing(made), call);
  const file = path.join(folder, 'file');
  const spoil = [
    () => rm(path.join(folder, 'complete.json')),
    () => writeFile(path.join(folder, 'complete.json'), '{"format":1'),
    () => writeFile(file, 'longer content'),
    () => writeFile(file, 'CONTENT'),
    () => rm(file),
  ];
  for (const harm of spoil) {
    await harm();
    t.equal(await findCached(folders, thing(made)), undefined);
    await cachedFolder(folders, thing(made), call);
    t.equal(await readFile(file, 'utf8'), 'content');
  }
  t.equal(made.length, 1 + spoil.length);
  await utimes(file, 1, 1);
  t.not(await findCached(folders, thing(made)), undefined, 'a new time alone is no harm: the digest decides');
});

t.test('a maker that fails or is killed leaves nothing that looks whole', async (t) => {
  const folders = foldersIn({ LAB_CACHE_DIR: t.testdir() });
  const made: string[] = [];
  const failing = thing(made, {
    make: async (into) => (await writeFile(path.join(into, 'file'), 'half'), Promise.reject(new Error('no'))),
  });
  await t.rejects(cachedFolder(folders, failing, call), { message: 'no' });
  t.same(await readdir(folders.cache), []);
  const full = thing(made, { make: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' })) });
  await t.rejects(cachedFolder(folders, full, call), { code: 'file.disk-full' });
  const unstarted = thing(made, { make: () => promisify(execFile)('no-such-program').then(() => ({ files: [], about: {} })) });
  await t.rejects(cachedFolder(folders, unstarted, call), { code: 'ENOENT', syscall: 'spawn no-such-program' }, 'not the folder’s fault');
  t.same(await readdir(folders.cache), []);
  // As a killed maker leaves it.
  const partial = `${cachedFolderPath(folders, thing(made))}.partial`;
  await mkdir(partial, { recursive: true });
  await writeFile(path.join(partial, 'stray'), 'x');
  const { folder } = await cachedFolder(folders, thing(made), call);
  t.same(new Set(await readdir(folder)), new Set(['complete.json', 'file']));
});

t.test('giving up while another makes it', async (t) => {
  const folders = foldersIn({ LAB_CACHE_DIR: t.testdir() });
  const made: string[] = [];
  const open = Promise.withResolvers<void>();
  const held = cachedFolder(
    folders,
    thing(made, { make: async (into, makeCall) => (await open.promise, thing(made).make(into, makeCall)) }),
    call,
  );
  const control = new AbortController();
  const reason = new Error('enough');
  const waiting = cachedFolder(folders, thing(made, { onWait: () => control.abort(reason) }), { ...call, signal: control.signal });
  await t.rejects(waiting, reason);
  open.resolve();
  await held;
  t.equal(made.length, 1);
});

const day = (number: number): Date => new Date(Date.UTC(2026, 0, number));

t.test('what nobody has used for long is removed, but not what was used last of its kind', async (t) => {
  const folders = foldersIn({ LAB_CACHE_DIR: t.testdir({ guests: {}, 'thing-0123456789ab.partial': {} }) });
  const made: string[] = [];
  const version = (kind: string, number: number): CachedFolder => thing(made, { kind, recipe: { number } });
  const used: readonly (readonly [CachedFolder, Date])[] = [
    [version('thing', 1), day(1)],
    [version('thing', 2), day(2)],
    [version('thing', 3), day(20)],
    [version('other-thing', 1), day(1)],
  ];
  for (const [wanted, at] of used) await utimes((await cachedFolder(folders, wanted, call)).folder, at, at);
  const removed = await pruneUnused(folders, day(10), call);
  t.same(
    Object.fromEntries(removed.map(({ name, usedAt }) => [name, usedAt])),
    Object.fromEntries(used.slice(0, 2).map(([wanted, at]) => [path.basename(cachedFolderPath(folders, wanted)), at])),
  );
  t.ok(await findCached(folders, version('thing', 3)), 'in use');
  t.ok(await findCached(folders, version('other-thing', 1)), 'the last of its kind');
  t.equal((await readdir(folders.cache)).length, 4, 'nothing else was touched');
});

t.test('a look is a use', async (t) => {
  const folders = foldersIn({ LAB_CACHE_DIR: t.testdir() });
  const made: string[] = [];
  const [first, second] = [thing(made, { recipe: 1 }), thing(made, { recipe: 2 })];
  for (const wanted of [first, second]) await utimes((await cachedFolder(folders, wanted, call)).folder, day(1), day(1));
  await cachedFolder(folders, first, call);
  t.same(
    (await pruneUnused(folders, day(10), call)).map(({ name }) => name),
    [path.basename(cachedFolderPath(folders, second))],
  );
  await cachedFolder(folders, second, call);
  t.equal(made.length, 3, 'what was removed is made again');
});

t.test('nothing that is in use is taken away, however many prune at the same time', async (t) => {
  const folders = foldersIn({ LAB_CACHE_DIR: t.testdir() });
  const made: string[] = [];
  const last = thing(made, { recipe: 'last' });
  await cachedFolder(folders, last, call);
  for (let turn = 0; turn < 20; turn += 1) {
    const wanted = thing(made, { recipe: turn });
    await utimes((await cachedFolder(folders, wanted, call)).folder, day(1), day(1));
    const [found] = await Promise.all([
      cachedFolder(folders, wanted, call),
      pruneUnused(folders, day(10), call),
      pruneUnused(folders, day(10), call),
    ]);
    if ((await readFile(path.join(found.folder, 'file'), 'utf8').catch(() => 'gone')) !== 'content') t.fail(`turn ${turn}: it is gone`);
  }
  t.ok(made.length >= 21, `made ${made.length} times`);
});
