import { lstat, open, rmdir } from 'node:fs/promises';
import path from 'node:path';

/** The folders that have to be made so that `folder` exists, outer ones first. Absolute paths. */
export async function missingFolders(folder: string): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let each = folder; !(await exists(each)); each = path.dirname(each)) {
    missing.unshift(each);
    if (path.dirname(each) === each) break;
  }
  return missing;
}

/** Removes those of the folders that are empty, inner ones first. Gives those it removed; the others stay, and that is no failure. */
export async function removeEmptyFolders(folders: Iterable<string>): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const folder of innerFirst(folders)) {
    try {
      await rmdir(folder);
      removed.push(folder);
    } catch {
      // Not empty, not there, or not ours to remove: all of them stay as they are.
    }
  }
  return removed;
}

/** In an order in which each comes before the one that it is in; each once. */
export const innerFirst = (folders: Iterable<string>): readonly string[] => [...new Set(folders)].toSorted((a, b) => b.length - a.length);

/** Puts the names in a folder on the disk, where the platform can: Windows does so by itself and refuses to be asked. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, 'r');
    await handle.sync();
  } catch {
    // Nothing more can be done about it, and the file itself is on the disk.
  }
}

async function exists(folder: string): Promise<boolean> {
  try {
    await lstat(folder);
    return true;
  } catch (error) {
    // Whatever else is wrong with it shows when it is used.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}
