import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { LocalPath } from '../core/ids.ts';
import { openStaging } from './staging.ts';
import { listTree } from './tree.ts';

const { signal } = new AbortController();

t.test('what is published replaces what was there, and nothing else is left', async (t) => {
  const parent = path.join(t.testdir({ out: { dir: { old: 'old' }, other: 'other' } }), 'out') as LocalPath;
  {
    await using staging = await openStaging(parent);
    await mkdir(path.join(staging.directory, 'dir'));
    await writeFile(path.join(staging.directory, 'dir/new'), 'new');
    await writeFile(path.join(staging.directory, 'dir.zip'), 'zip');
    await writeFile(path.join(staging.directory, 'scratch'), 'not published');
    await staging.publish(['dir', 'dir.zip']);
  }
  t.same((await readdir(parent, { recursive: true })).toSorted(), ['dir', 'dir.zip', 'dir/new', 'other']);
});

t.test('what cannot be published as a whole changes nothing', async (t) => {
  const parent = path.join(t.testdir({ out: { dir: { old: 'old' }, 'dir.zip': 'old zip' } }), 'out') as LocalPath;
  {
    await using staging = await openStaging(parent);
    await mkdir(path.join(staging.directory, 'dir'));
    await t.rejects(staging.publish(['dir', 'dir.zip']), { code: 'file.unwritable' }, 'the second was never made');
  }
  t.same((await readdir(parent, { recursive: true })).toSorted(), ['dir', 'dir.zip', 'dir/old']);
  t.equal(await readFile(path.join(parent, 'dir.zip'), 'utf8'), 'old zip');
});

t.test('a staging folder that is not published is gone, its parent made when needed', async (t) => {
  const parent = path.join(t.testdir(), 'a/b') as LocalPath;
  {
    await using staging = await openStaging(parent);
    await writeFile(path.join(staging.directory, 'x'), 'x');
  }
  t.same(await readdir(parent), []);
  await writeFile(path.join(parent, 'file'), '');
  await t.rejects(openStaging(path.join(parent, 'file/x') as LocalPath), { code: 'file.unwritable' });
});

t.test('a tree names links and does not follow them', async (t) => {
  const root = t.testdir({ a: { b: 'x' } });
  await symlink('..', path.join(root, 'a/up'));
  t.same(
    (await listTree(root, 10, signal)).toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    [
      { path: 'a', kind: 'directory' },
      { path: 'a/b', kind: 'file' },
      { path: 'a/up', kind: 'link' },
    ],
  );
  await t.rejects(listTree(root, 2, signal), { code: 'file.too-large' });
  await t.rejects(listTree(path.join(root, 'a/up'), 10, signal), { code: 'file.not-plain' });
  await t.rejects(listTree(path.join(root, 'a/b'), 10, signal), { code: 'file.not-plain' });
  await t.rejects(listTree(path.join(root, 'none'), 10, signal), { code: 'file.unreadable' });
  const reason = new Error('stop');
  await t.rejects(listTree(root, 10, AbortSignal.abort(reason)), reason);
});
