import { readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { LocalPath } from '../../core/ids.ts';
import type { Folders } from '../../host/folders.ts';
import { patientCall, smallBuild } from '../../testing/build-rig.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { type BuildRequest, buildExecutable } from './build-executable.ts';
import type { BuiltExecutable } from './built-executable.ts';

const REUSED = 'take the executable that was built of the same things before';
const kept = async (folders: Folders): Promise<readonly string[]> =>
  (await readdir(folders.cache)).filter((name) => name.startsWith('executable-'));

/** Builds, and tells whether it was taken from the cache. */
async function build(
  request: BuildRequest,
  folders: Folders,
): Promise<{ readonly built: BuiltExecutable; readonly said: readonly string[] }> {
  const said: string[] = [];
  const built = await buildExecutable({ ...request, reuse: folders, onProgress: (what) => said.push(what) }, patientCall);
  return { built, said };
}

t.test('the same things are built once; another thing is built anew', async (t) => {
  const scratch = await scratchFolder(t);
  const folders: Folders = { cache: path.join(scratch, 'cache') as LocalPath, state: path.join(scratch, 'state') as LocalPath };
  const request = smallBuild(path.join(scratch, 'project'));
  const first = await build(request, folders);
  t.notOk(first.said.includes(REUSED));
  const second = await build(request, folders);
  t.ok(second.said.includes(REUSED));
  t.same(second.built, first.built, 'all that is told of it is the same');
  t.same((await buildExecutable(request, patientCall)).sha256, first.built.sha256, 'and what is built without a cache');

  for (const changed of [{ version: '9.9.9' }, { commit: 'another' }, { product: { ...request.product, publisher: 'Somebody else' } }]) {
    const other = await build({ ...request, ...changed }, folders);
    t.notOk(other.said.includes(REUSED), JSON.stringify(Object.keys(changed)));
    t.not(other.built.sha256, first.built.sha256);
  }
  t.equal((await kept(folders)).length, 3, 'old ones are not kept for ever');
});

t.test('one that was changed where it is kept is not taken', async (t) => {
  const scratch = await scratchFolder(t);
  const folders: Folders = { cache: path.join(scratch, 'cache') as LocalPath, state: path.join(scratch, 'state') as LocalPath };
  const request = smallBuild(path.join(scratch, 'project'));
  const first = await build(request, folders);
  const [name = ''] = await kept(folders);
  const file = path.join(folders.cache, name, first.built.fileName);
  const bytes = await readFile(file);
  const marker = path.join(folders.cache, name, 'complete.json');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  await writeFile(file, bytes);
  // Whoever changes a file can change its note of size and time too.
  const noted = (JSON.parse(await readFile(marker, 'utf8')) as { files: Record<string, { modifiedMs: number }> }).files[
    first.built.fileName
  ];
  await utimes(file, (noted?.modifiedMs ?? 0) / 1000, (noted?.modifiedMs ?? 0) / 1000);
  const again = await build(request, folders);
  t.equal(again.built.sha256, first.built.sha256);
  t.not((await readFile(again.built.path)).equals(bytes), true);
});
