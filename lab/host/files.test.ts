import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { createAppendFile, filesBelow, foldersBelow, moveFile, readTextIfThere, removeTree, writeError, writeFileAtomic } from './files.ts';

t.test('an atomic write leaves the whole file and nothing else', async (t) => {
  const folder = t.testdir({ 'old.txt': 'old' });
  await writeFileAtomic(path.join(folder, 'old.txt'), 'new');
  await writeFileAtomic(path.join(folder, 'deep', 'er', 'a.bin'), new Uint8Array([1, 2]));
  t.equal(await readFile(path.join(folder, 'old.txt'), 'utf8'), 'new');
  t.same(await filesBelow(folder), ['deep/er/a.bin', 'old.txt']);
});

t.test('a write that cannot be names the file, and leaves no temporary one', async (t) => {
  const folder = t.testdir({ taken: { 'x.txt': '' } });
  await t.rejects(writeFileAtomic(path.join(folder, 'taken'), 'text'), { code: 'file.unwritable', message: /taken/ });
  t.same(await readdir(folder), ['taken']);
});

t.test('a full disk has its own error', async (t) => {
  // Linux has a device that is always full.
  await t.rejects(
    writeFile('/dev/full', 'x').catch((error: unknown) => {
      throw writeError(error, '/dev/full');
    }),
    { code: 'file.disk-full', kind: 'host' },
  );
});

t.test('appends keep their order and refuse an existing file', async (t) => {
  const file = path.join(t.testdir({}), 'run', 'events.ndjson');
  {
    await using append = await createAppendFile(file);
    await Promise.all(Array.from({ length: 50 }, (_, index) => append.append(`${index}\n`)));
    await append.sync();
    await t.rejects(createAppendFile(file), { code: 'file.unwritable' });
  }
  t.same(
    (await readFile(file, 'utf8')).trim().split('\n').map(Number),
    Array.from({ length: 50 }, (_, index) => index),
  );
});

t.test('a move replaces, makes the folder and takes the source away', async (t) => {
  const folder = t.testdir({ a: 'a', to: { b: 'b' } });
  await moveFile(path.join(folder, 'a'), path.join(folder, 'to', 'b'));
  await moveFile(path.join(folder, 'to', 'b'), path.join(folder, 'new', 'c'));
  t.same(await filesBelow(folder), ['new/c']);
  await t.rejects(moveFile(path.join(folder, 'nope'), path.join(folder, 'x')), { code: 'file.unwritable' });
});

t.test('links are neither listed nor followed', async (t) => {
  const folder = t.testdir({ in: { 'a.txt': 'a' }, out: { 'b.txt': 'b' } });
  await symlink(path.join(folder, 'out'), path.join(folder, 'in', 'link'));
  t.same(await filesBelow(path.join(folder, 'in')), ['a.txt']);
  t.same(await foldersBelow(path.join(folder, 'in')), []);
  await removeTree(path.join(folder, 'in'));
  t.same(await filesBelow(folder), ['out/b.txt']);
  await removeTree(path.join(folder, 'in'));
});

t.test('what is not there reads as nothing', async (t) => {
  t.equal(await readTextIfThere(path.join(t.testdir({}), 'nope')), undefined);
  t.same(await foldersBelow('/nowhere/at/all'), []);
  const folder = t.testdir({});
  await mkdir(path.join(folder, 'folder'));
  await t.rejects(readTextIfThere(path.join(folder, 'folder')), { code: 'EISDIR' });
});
