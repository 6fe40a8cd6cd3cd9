import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

t.test('many folders, read ahead of their turn, come in the order in which one after another would', async (t) => {
  const root = t.testdir({});
  for (let count = 0; count < 200; count += 1) {
    const folder = path.join(root, `${count % 7}`, `${count % 11} x`, `${count}`);
    mkdirSync(folder, { recursive: true });
    for (const name of ['b.mkv', 'B.mkv', 'a.srt', 'ä.mp4', 'note.txt', '.mkv', 'a.MKV.part'].slice(count % 4))
      writeFileSync(path.join(folder, name), name);
  }
  const simple = (folder: string): readonly (readonly string[])[] => {
    const entries = readdirSync(path.join(root, folder), { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const videos = entries
      .filter((entry) => entry.isFile() && /^.+\.(?:mkv|mp4)$/.test(entry.name))
      .map(({ name }) => path.posix.join(folder, name));
    return [videos, ...entries.filter((entry) => entry.isDirectory()).flatMap(({ name }) => simple(path.posix.join(folder, name)))];
  };
  t.same(
    (await all(root)).map(({ videos }) => videos.map((video) => video.path)),
    simple(''),
  );
});

t.test('looks for companions unless told not to', async (t) => {
  const root = t.testdir({ 'a.mkv': '', 'a.en.SRT': 'xyz', 'a.nfo': '', 'a.txt': '' });
  t.same((await all(root))[0]?.companions, [
    { path: 'a.en.SRT', sizeBytes: 3 },
    { path: 'a.nfo', sizeBytes: 0 },
  ]);
  for await (const { companions, entries } of walk(root, never, { companions: false })) t.same([companions, entries], [[], 4]);
});

const linux = process.platform === 'linux' ? false : 'the longest path is that of Linux';

t.test('a file that cannot be looked at is a problem, and the others are there', { skip: linux }, async (t) => {
  const root = t.testdir({});
  // Linux lists a folder whose path has 4,000 bytes, but takes no path of more than 4,095.
  const room = 4_000 - root.length;
  const folder = Array.from({ length: Math.floor(room / 101) }, () => 'd'.repeat(100)).join('/');
  mkdirSync(path.join(root, folder), { recursive: true });
  const before = process.cwd();
  const long = `b${'o'.repeat(240)}.mkv`;
  process.chdir(path.join(root, folder));
  try {
    for (const name of ['a.mkv', long, 'c.mkv']) writeFileSync(name, '');
    const last = (await all(root)).at(-1);
    t.same(
      last?.videos.map((video) => path.posix.basename(video.path)),
      ['a.mkv', 'c.mkv'],
    );
    t.match(last?.problems, [{ code: 'file-unreadable', path: `${folder}/${long}`, message: /ENAMETOOLONG/ }]);
  } finally {
    rmSync(long, { force: true });
    process.chdir(before);
  }
});

t.test('who stops listening leaves nothing behind that fails', async (t) => {
  const root = t.testdir(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}`, { 'a.mkv': '' }])));
  for await (const { entries } of walk(root, never)) {
    t.equal(entries, 20);
    rmSync(root, { recursive: true });
    break;
  }
  await t.rejects(all(root), { code: 'folder-not-found' });
});

t.test('takes very deep folders', async (t) => {
  const root = t.testdir({});
  const deep = Array.from({ length: 40 }, () => 'd'.repeat(60)).join('/');
  mkdirSync(path.join(root, deep), { recursive: true });
  t.equal((await all(root)).length, 41);
});
