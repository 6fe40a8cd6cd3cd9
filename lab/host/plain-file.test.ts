import { execFile } from 'node:child_process';
import { readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import t from 'tap';
import { LabError } from '../core/error.ts';
import { sha256Of } from './hash.ts';
import { digestPlainFile, openPlainFile, readPlainFile, readPlainFileNow, streamPlainFile, writeNewFile } from './plain-file.ts';

const { signal } = new AbortController();

t.test('plain files are read', async (t) => {
  const folder = t.testdir({ a: 'hello', empty: '' });
  t.equal((await readPlainFile(path.join(folder, 'a'), 5)).toString(), 'hello');
  t.equal((await readPlainFile(path.join(folder, 'empty'), 0)).length, 0);
  t.same(await digestPlainFile(path.join(folder, 'a'), signal), { sizeBytes: 5, sha256: sha256Of('hello') });
  await t.rejects(readPlainFile(path.join(folder, 'a'), 4), { code: 'file.too-large' });
  t.equal(readPlainFileNow(path.join(folder, 'a'), 5).toString(), 'hello');
  t.equal(readPlainFileNow(path.join(folder, 'empty'), 0).length, 0);
  t.throws(() => readPlainFileNow(path.join(folder, 'a'), 4), { code: 'file.too-large' });
  await truncate(path.join(folder, 'empty'), 2 ** 40);
  await t.rejects(readPlainFile(path.join(folder, 'empty'), 1000), { code: 'file.too-large' }, 'a terabyte costs nothing');
});

t.test('links, folders, pipes and devices are refused and never waited for', async (t) => {
  const folder = t.testdir({ a: 'hello', sub: {} });
  await symlink('a', path.join(folder, 'link'));
  await symlink('nowhere', path.join(folder, 'dangling'));
  await promisify(execFile)('mkfifo', [path.join(folder, 'pipe')]);
  for (const name of ['link', 'dangling', 'sub', 'pipe']) {
    await t.rejects(openPlainFile(path.join(folder, name)), { code: 'file.not-plain' }, name);
    await t.rejects(streamPlainFile(path.join(folder, name)), { code: 'file.not-plain' }, name);
    t.throws(() => readPlainFileNow(path.join(folder, name), 5), { code: 'file.not-plain' }, name);
  }
  await t.rejects(openPlainFile('/dev/zero'), { code: 'file.not-plain' });
  await t.rejects(openPlainFile(path.join(folder, 'nothing')), { code: 'file.unreadable', message: /ENOENT/ });
  t.throws(() => readPlainFileNow(path.join(folder, 'nothing'), 5), { code: 'file.unreadable', message: /ENOENT/ });
});

t.test('a new file is written with its folder and hashed', async (t) => {
  const folder = t.testdir();
  const file = path.join(folder, 'x/y/z');
  t.same(await writeNewFile(file, 'hello', signal), { sizeBytes: 5, sha256: sha256Of('hello') });
  t.equal(await readFile(file, 'utf8'), 'hello');
  await t.rejects(writeNewFile(file, 'again', signal), { code: 'file.unwritable', message: /EEXIST/ });
  t.equal(await readFile(file, 'utf8'), 'hello', 'what was there stays');
  const pieces = Readable.from([Buffer.from('a'), Buffer.from('b')]);
  t.equal((await writeNewFile(path.join(folder, 'pieces'), pieces, signal)).sizeBytes, 2);
});

t.test('on every failure the source is destroyed', async (t) => {
  const folder = t.testdir({ a: 'x'.repeat(1 << 20), there: '' });
  const source = await streamPlainFile(path.join(folder, 'a'));
  await t.rejects(writeNewFile(path.join(folder, 'there'), source, signal), { code: 'file.unwritable' });
  t.equal(source.destroyed, true);

  const failing = new Readable({ read() {} });
  const reason = new Error('the source broke');
  failing.destroy(reason);
  await t.rejects(writeNewFile(path.join(folder, 'b'), failing, signal), reason, 'also when it failed before anybody read it');

  const redirected = await streamPlainFile(path.join(folder, 'a'));
  await symlink('elsewhere', path.join(folder, 'link'));
  await t.rejects(
    writeNewFile(path.join(folder, 'link'), redirected, signal),
    { code: 'file.unwritable', message: /EEXIST/ },
    'a link in the place of a new file is not followed',
  );
  t.equal(redirected.destroyed, true);
});

t.test('an abort ends a write that waits for its source', async (t) => {
  const folder = t.testdir();
  const controller = new AbortController();
  const silent = new Readable({ read: () => controller.abort(reason) });
  const reason = LabError.of('lab.interrupted', { signal: 'SIGINT' });
  await t.rejects(writeNewFile(path.join(folder, 'a'), silent, controller.signal), reason);
  t.equal(silent.destroyed, true);
  await writeFile(path.join(folder, 'b'), 'x');
  await t.rejects(digestPlainFile(path.join(folder, 'b'), controller.signal), reason);
});
