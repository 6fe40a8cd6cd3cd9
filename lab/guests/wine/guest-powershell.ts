import { copyFile, cp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { cachedFolder } from '../../host/cached-folder.ts';
import type { Folders } from '../../host/folders.ts';
import { sha256OfFile } from '../../host/hash.ts';
import { extractArchive } from '../../toolkit/agent/guest/unpack.ts';

/** What PowerShell 7 is called, and what guests are to find it as too. */
const OWN_NAME = 'pwsh.exe';
const WINDOWS_NAME = 'powershell.exe';
/** Folders that a zip may have around everything. */
const MOST_LEVELS = 2;
/** Unpacked bytes for each byte of a release's zip. */
const MOST_GROWTH = 20;

/**
 * A PowerShell 7 for Windows as guests get it: a folder of the cache, from a folder or a zip as its public releases have it, in which it answers to
 * the name of Windows PowerShell too. Throws `wine.no-powershell`.
 */
export async function guestPowershell(folders: Folders, given: LocalPath, call: Call): Promise<LocalPath> {
  const found = await stat(given).catch(() => undefined);
  if (found === undefined) throw LabError.of('wine.no-powershell', { path: given, reason: 'there is nothing of that name' });
  const source = found.isDirectory() ? path.join(given, OWN_NAME) : given;
  const sha256 = await sha256OfFile(source as LocalPath).catch((error: unknown) => {
    throw LabError.of('wine.no-powershell', { path: given, reason: `there is no ${OWN_NAME} in it` }, { cause: error });
  });
  const { folder } = await cachedFolder(
    folders,
    {
      kind: 'wine-powershell',
      // The program alone does not tell one state of a folder from another.
      recipe: { layout: 1, sha256, from: found.isDirectory() ? await contentsOf(given) : 'zip' },
      make: async (into) => {
        if (found.isDirectory()) await cp(given, into, { recursive: true, dereference: true });
        else await unzipped(given, into);
        await copyFile(path.join(into, OWN_NAME), path.join(into, WINDOWS_NAME));
        return { files: [OWN_NAME, WINDOWS_NAME], about: { powershell: path.basename(given) } };
      },
    },
    call,
  );
  return folder;
}

/** Names, sizes and times: what tells whether a folder is still the same without reading a hundred megabytes of it. */
async function contentsOf(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder, { recursive: true })).toSorted();
  return await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(path.join(folder, name));
      return `${name} ${size} ${mtimeMs}`;
    }),
  );
}

async function unzipped(archive: LocalPath, into: LocalPath): Promise<void> {
  const unpacked = path.join(into, 'unpacked');
  try {
    await extractArchive(archive, unpacked, MOST_GROWTH);
  } catch (error) {
    throw LabError.of('wine.no-powershell', { path: archive, reason: 'it is no zip that can be unpacked' }, { cause: error });
  }
  let top = unpacked;
  for (let level = 0; level < MOST_LEVELS; level += 1) {
    const entries = await readdir(top, { withFileTypes: true });
    if (entries.some(({ name }) => name === OWN_NAME)) {
      for (const { name } of entries) await rename(path.join(top, name), path.join(into, name));
      await rm(unpacked, { recursive: true });
      return;
    }
    const [only] = entries;
    if (entries.length !== 1 || !only?.isDirectory()) break;
    top = path.join(top, only.name);
  }
  throw LabError.of('wine.no-powershell', { path: archive, reason: `there is no ${OWN_NAME} in it` });
}
