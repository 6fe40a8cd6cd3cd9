import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import t, { type Test } from 'tap';
import { ZipFile } from 'yazl';
import type { LocalPath } from '../../core/ids.ts';
import { callFor } from '../../testing/calls.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { packDirectory } from './pack-directory.ts';
import { planDirectory } from './plan-directory.ts';
import { unpackDirectory } from './unpack-directory.ts';
import { WindowsNames, windowsNameProblem } from './windows-name.ts';

const call = (): ReturnType<typeof callFor> => callFor(20_000);

async function folderOf(t: Test, files: Readonly<Record<string, string | Uint8Array>>): Promise<LocalPath> {
  const folder = path.join(await scratchFolder(t), 'folder') as LocalPath;
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  return folder;
}

t.test('names that Windows cannot have', async (t) => {
  for (const name of ['a', 'a/b c/Grüße 日本.txt', 'com10', 'console', '.hidden', 'a..b', 'nul-and-void', '(1) & [2] %3'])
    t.equal(windowsNameProblem(name), undefined, name);
  for (const name of [
    '',
    '.',
    '..',
    'a//b',
    'a/../b',
    '/a',
    'a/',
    'nul',
    'NUL.txt',
    'a/Con',
    'com1.log',
    'LPT¹',
    'a.',
    'a ',
    'a./b',
    'a:b',
    'a<',
    'a|b',
    'a?',
    'a*',
    'a"',
    'a\\b',
    'a\nb',
    'x'.repeat(256),
    '\ud800',
  ])
    t.type(windowsNameProblem(name), 'string', JSON.stringify(name));
});

t.test('names that Windows cannot tell apart', async (t) => {
  for (const [problem, ...paths] of [
    ['case', 'Read me', 'READ ME'],
    ['case of a folder', 'Docs/a', 'docs/b'],
    ['composition', 'e\u0301', '\u00e9'],
    ['a file and a folder', 'a', 'a/b'],
    ['a folder and a file', 'a/b', 'a'],
    ['the same twice', 'a', 'a'],
  ] as const) {
    const names = new WindowsNames();
    const problems = paths.map((name) => names.problemOf(name, 'file'));
    t.equal(problems[0], undefined, problem);
    t.match(problems[1], /for the same/, problem);
  }
});

t.test('links inside are files, others are refused', async (t) => {
  const folder = await folderOf(t, { 'real/file': 'content' });
  await symlink('real/file', path.join(folder, 'inside'));
  t.match(await planDirectory(folder, call()), [{ path: 'inside', kind: 'file', sizeBytes: 7 }, { path: 'real' }, { path: 'real/file' }]);
  for (const [name, to] of [
    ['outside', '/etc/passwd'],
    ['climbing', '../../..'],
    ['dangling', 'nowhere'],
    ['loop', 'real'],
  ] as const) {
    const other = await folderOf(t, { 'real/file': 'content' });
    await symlink(to, path.join(other, name));
    await t.rejects(planDirectory(other, call()), { code: 'copy.unsafe-name', message: new RegExp(name) }, name);
  }
  await t.rejects(planDirectory(path.join(folder, 'real/file') as LocalPath, call()), { code: 'file.not-plain' });
  await t.rejects(planDirectory(path.join(folder, 'nowhere') as LocalPath, call()), { code: 'file.unreadable' });
});

t.test('the same content gives the same archive, and comes out again', async (t) => {
  const files = { 'a/b': randomBytes(2_000_000), 'a/c': '', d: 'd'.repeat(100_000) };
  const [one, two] = [await folderOf(t, files), await folderOf(t, files)];
  await using first = await packDirectory(one, call());
  await using second = await packDirectory(two, call());
  t.match(first, { files: 3, unpackedBytes: 2_100_000, treeSha256: second.treeSha256, sha256: second.sha256 });
  t.ok(first.sizeBytes < 2_050_000);
  const to = path.join(await scratchFolder(t), 'to') as LocalPath;
  t.same(await unpackDirectory(first.archive, to, first.treeSha256, 'x', call()), { files: 3, sizeBytes: 2_100_000 });
  t.ok((await readFile(path.join(to, 'a/b'))).equals(files['a/b']));
  await writeFile(path.join(one, 'd'), 'D'.repeat(100_000));
  await using changed = await packDirectory(one, call());
  t.not(changed.treeSha256, first.treeSha256);
});

t.test('what a guest packed is not believed', async (t) => {
  const folder = await scratchFolder(t);
  const zipOf = async (fill: (zip: ZipFile) => void): Promise<LocalPath> => {
    const zip = new ZipFile();
    fill(zip);
    zip.end();
    const file = path.join(folder, `${randomBytes(4).toString('hex')}.zip`) as LocalPath;
    await pipeline(zip.outputStream, createWriteStream(file));
    return file;
  };
  /** A name that the packer would refuse, put in place of one of equal length. */
  const renamed = async (to: string): Promise<LocalPath> => {
    const from = 'x'.repeat(Buffer.byteLength(to));
    const file = await zipOf((zip) => zip.addBuffer(Buffer.from('evil'), from));
    const bytes = await readFile(file);
    for (let at = bytes.indexOf(from); at !== -1; at = bytes.indexOf(from)) bytes.write(to, at);
    await writeFile(file, bytes);
    return file;
  };
  const digest = '0'.repeat(64) as never;
  const whole = await zipOf((zip) => zip.addBuffer(Buffer.from('content'), 'file'));
  const damaged = path.join(folder, 'damaged.zip') as LocalPath;
  await writeFile(damaged, (await readFile(whole)).subarray(0, 40));
  for (const [problem, archive, code] of [
    ['another tree', whole, 'copy.tree-mismatch'],
    ['no zip', damaged, 'copy.archive-refused'],
    ['climbs', await renamed('../evil'), 'copy.archive-refused'],
    ['absolute', await renamed('/evil/x'), 'copy.archive-refused'],
    ['backslash', await renamed('..\\evil'), 'copy.archive-refused'],
    ['drive', await renamed('C:\\evil'), 'copy.archive-refused'],
    ['a link', await zipOf((zip) => zip.addBuffer(Buffer.from('/etc/passwd'), 'link', { mode: 0o120777 })), 'copy.archive-refused'],
    [
      'twins',
      await zipOf((zip) => {
        zip.addBuffer(Buffer.from('1'), 'file');
        zip.addBuffer(Buffer.from('2'), 'FILE');
      }),
      'copy.archive-refused',
    ],
  ] as const) {
    const to = path.join(folder, 'below', 'to') as LocalPath;
    await t.rejects(unpackDirectory(archive, to, digest, 'C:\\x', call()), { code }, problem);
    t.same(await readdir(path.join(folder, 'below')), [], `${problem}: nothing is left`);
  }
  t.notOk((await readdir(folder)).includes('evil'));
});
