import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { asOrdinaryUser, ordinaryFolder } from '../testing/ordinary-user.ts';
import { type FolderContent, walk } from './walk.ts';

const never = new AbortController().signal;
const all = async (root: string, signal = never): Promise<readonly FolderContent[]> => {
  const found: FolderContent[] = [];
  for await (const folder of walk(root, signal)) found.push(folder);
  return found;
};

t.test('finds videos everywhere, in the order of names, and counts the rest', async (t) => {
  const root = t.testdir({ 'b.MKV': 'xx', 'a.txt': '', 'z.mkv': { 'inner.mp4': 'xyz' }, c: { 'd.avi': '', empty: {} } });
  const found = await all(root);
  t.same(
    found.map(({ videos, entries }) => [videos.map((video) => `${video.path}:${video.sizeBytes}`), entries]),
    [
      [['b.MKV:2'], 4],
      [['c/d.avi:0'], 2],
      [[], 0],
      [['z.mkv/inner.mp4:3'], 1],
    ],
    'a folder that is called like a video is a folder',
  );
});

t.test('does not follow links, so that it ends', async (t) => {
  const root = t.testdir({ in: { 'a.mkv': '' }, 'b.mkv': '' });
  symlinkSync('..', path.join(root, 'in/loop'));
  symlinkSync(path.join(root, 'b.mkv'), path.join(root, 'in/link.mkv'));
  const found = await all(path.join(root, 'in'));
  t.same(
    found.map((folder) => folder.videos.map((video) => video.path)),
    [['a.mkv']],
  );
});

t.test('a root that is a link is followed: the user named it', async (t) => {
  const root = t.testdir({ real: { 'a.mkv': '' } });
  symlinkSync('real', path.join(root, 'link'));
  t.equal((await all(path.join(root, 'link')))[0]?.videos.length, 1);
});

t.test('says what is wrong with the root', async (t) => {
  const root = t.testdir({ 'a.mkv': '' });
  await t.rejects(all(path.join(root, 'none')), { code: 'folder-not-found', exitCode: 1 });
  await t.rejects(all(path.join(root, 'a.mkv')), { code: 'not-a-folder', exitCode: 1 });
});

t.test('goes on after a folder that it may not read', async (t) => {
  const root = ordinaryFolder(t);
  await asOrdinaryUser(async () => {
    mkdirSync(path.join(root, 'locked'), { mode: 0 });
    mkdirSync(path.join(root, 'open'));
    writeFileSync(path.join(root, 'open/a.mkv'), '');
    const found = await all(root);
    chmodSync(path.join(root, 'locked'), 0o700);
    t.same(
      found.flatMap((folder) => folder.problems.map((problem) => [problem.code, problem.path])),
      [['folder-unreadable', 'locked']],
    );
    t.equal(found.flatMap((folder) => folder.videos).length, 1);
  });
});

t.test('stops when asked to', async (t) => {
  const root = t.testdir({ a: {}, b: {} });
  const stop = new AbortController();
  const run = async (): Promise<void> => {
    for await (const _folder of walk(root, stop.signal)) stop.abort(new Error('enough'));
  };
  await t.rejects(run(), { message: 'enough' });
});

t.test('takes very deep folders', async (t) => {
  const root = t.testdir({});
  const deep = Array.from({ length: 40 }, () => 'd'.repeat(60)).join('/');
  mkdirSync(path.join(root, deep), { recursive: true });
  t.equal((await all(root)).length, 41);
});
