import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../core/call.ts';
import type { LocalPath, Sha256 } from '../core/ids.ts';
import { digestsOf } from './code-digest.ts';
import { sha256Of } from './hash.ts';

/** A file in a place above the project, or of another drive: `../a.js`, `/a.js`. */
const OUTSIDE = /^(?:\.\.(?:\/|$)|\/|[A-Za-z]:)/;

/**
 * One digest of all that decides what somebody finds who looks for these files as Node's module resolution does: the content of each, every `package.json`
 * on the way to it, and the names in every folder on the way, since another file there may be found instead. The same digest means that the same files
 * are found and say the same, whatever their times say. `undefined` where a file is not below `root`, so that not all of the way can be seen.
 *
 * Names are relative to `root` and use `/`; a file that is not there counts as such.
 */
export async function resolutionWitness(root: LocalPath, files: readonly string[], call: Call): Promise<Sha256 | undefined> {
  if (files.some((file) => OUTSIDE.test(path.posix.normalize(file)))) return undefined;
  const folders = new Set<string>();
  for (const file of files) {
    let folder = path.posix.normalize(file);
    do {
      folder = path.posix.dirname(folder);
      folders.add(folder);
    } while (folder !== '.');
  }
  const sorted = [...folders].toSorted();
  const packages = sorted.map((folder) => path.posix.join(folder, 'package.json'));
  const names = await Promise.all(sorted.map(async (folder) => [folder, await namesIn(path.join(root, folder))] as const));
  return sha256Of(JSON.stringify([await digestsOf(root, [...new Set([...files, ...packages])].toSorted(), call), names]));
}

/** Names and kinds of what is in a folder; `absent` when it cannot be listed. */
async function namesIn(folder: string): Promise<readonly string[] | 'absent'> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.map((entry) => `${entry.isDirectory() ? 'd' : entry.isSymbolicLink() ? 'l' : 'f'} ${entry.name}`).toSorted();
  } catch {
    return 'absent';
  }
}
