import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { transferFile } from './transfer-file.ts';

const moveFile = async (from: string, to: string): Promise<void> =>
  transferFile({ transfer: 'move', from, to, part: path.join(path.dirname(to), '.part'), note: async () => {} });

t.test('moves, makes folders, keeps content and time', async (t) => {
  const folder = t.testdir({ 'a.mkv': 'content' });
  const [from, to] = [path.join(folder, 'a.mkv'), path.join(folder, 'x/y/b.mkv')];
  utimesSync(from, 1_000_000, 2_000_000);
  await moveFile(from, to);
  t.notOk(existsSync(from));
  t.equal(readFileSync(to, 'utf8'), 'content');
  t.equal(statSync(to).mtimeMs, 2_000_000_000);
});

t.test('never overwrites', async (t) => {
  const folder = t.testdir({ 'a.mkv': 'new', 'b.mkv': 'old', c: {} });
  await t.rejects(moveFile(path.join(folder, 'a.mkv'), path.join(folder, 'b.mkv')), { code: 'EEXIST' });
  await t.rejects(moveFile(path.join(folder, 'a.mkv'), path.join(folder, 'c')), { code: 'EEXIST' });
  t.equal(readFileSync(path.join(folder, 'b.mkv'), 'utf8'), 'old');
  t.equal(readFileSync(path.join(folder, 'a.mkv'), 'utf8'), 'new');
});

t.test('two that race for one name: one wins, no content is lost', async (t) => {
  const folder = t.testdir(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}.mkv`, `content ${index}`])));
  const to = path.join(folder, 'to.mkv');
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => moveFile(path.join(folder, `${index}.mkv`), to)));
  t.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
  t.equal(new Set(readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'))).size, 20);
});

t.test('a second name of the same file is still another file', async (t) => {
  const folder = t.testdir({ 'a.mkv': 'x' });
  linkSync(path.join(folder, 'a.mkv'), path.join(folder, 'b.mkv'));
  await t.rejects(moveFile(path.join(folder, 'a.mkv'), path.join(folder, 'b.mkv')), { code: 'EEXIST' });
  t.same(readdirSync(folder).toSorted(), ['a.mkv', 'b.mkv']);
});

t.test('a file that is not there leaves nothing behind', async (t) => {
  const folder = t.testdir({});
  await t.rejects(moveFile(path.join(folder, 'none.mkv'), path.join(folder, 'b.mkv')), { code: 'ENOENT' });
  t.same(readdirSync(folder), []);
});

const OTHER_VOLUME = '/dev/shm';
const folderHere = t.testdir({});
const hasOtherVolume = existsSync(OTHER_VOLUME) && statSync(OTHER_VOLUME).dev !== statSync(folderHere).dev;
t.test('across volumes', { skip: hasOtherVolume ? false : `needs ${OTHER_VOLUME} on a file system of its own` }, async (t) => {
  const other = mkdtempSync(path.join(OTHER_VOLUME, 'anivault-test-'));
  t.teardown(() => rmSync(other, { recursive: true, force: true }));
  const folder = t.testdir({ 'a.mkv': 'a'.repeat(3 << 20), 'b.mkv': 'new' });
  utimesSync(path.join(folder, 'a.mkv'), 1_000_000, 2_000_000);
  await moveFile(path.join(folder, 'a.mkv'), path.join(other, 'x/a.mkv'));
  t.equal(readFileSync(path.join(other, 'x/a.mkv')).length, 3 << 20);
  t.equal(statSync(path.join(other, 'x/a.mkv')).mtimeMs, 2_000_000_000);
  t.notOk(existsSync(path.join(folder, 'a.mkv')));

  mkdirSync(path.join(other, 'y'));
  writeFileSync(path.join(other, 'y/b.mkv'), 'old');
  await t.rejects(moveFile(path.join(folder, 'b.mkv'), path.join(other, 'y/b.mkv')), { code: 'EEXIST' });
  t.equal(readFileSync(path.join(other, 'y/b.mkv'), 'utf8'), 'old');
  t.equal(readFileSync(path.join(folder, 'b.mkv'), 'utf8'), 'new');
  t.same(readdirSync(path.join(other, 'y')), ['b.mkv'], 'the temporary copy is gone');
});
