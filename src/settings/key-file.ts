import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { ProgramError, writeProblem } from '../core/program-error.ts';

export const KEY_BYTES = 32;

/**
 * The key that seals what the settings hold: 32 random bytes in a file of its own that only the user can read (mode 0600). Made at first use; of several
 * processes that make it at once one wins and all get the same key.
 *
 * What it protects: the settings file alone (a backup, a copy sent to somebody, a folder that is synchronised) tells nobody the TMDB key. What it does
 * not: another program of the same user can read both files. On Windows there are no modes; the folder is in the user's profile, which other users but
 * administrators cannot read, and that is all the protection there.
 *
 * With `make` false gives `undefined` when there is none. Throws `key-file-open` for a file that others may read, and `tmdb-key-unreadable` for one that
 * is no key.
 */
export async function readKeyFile(folder: string, make: boolean): Promise<Buffer | undefined> {
  const file = path.join(folder, 'settings.key');
  const found = await readExisting(file);
  if (found !== undefined || !make) return found;
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const handle = await open(temporary, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
    try {
      await handle.writeFile(randomBytes(KEY_BYTES));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await putInPlace(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw writeProblem(error, file);
  } finally {
    await rm(temporary, { force: true });
  }
  return readExisting(file);
}

/** Neither a link nor such a copy ever replaces a key that another process has made meanwhile, as a rename would. */
async function putInPlace(temporary: string, file: string): Promise<void> {
  try {
    await link(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    // There are file systems without links.
    await copyFile(temporary, file, constants.COPYFILE_EXCL);
  }
}

async function readExisting(file: string): Promise<Buffer | undefined> {
  let bytes: Buffer;
  try {
    const handle = await open(file, 'r');
    try {
      const { mode } = await handle.stat();
      if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
        throw new ProgramError('key-file-open', `Others than you may read ${file} (mode ${(mode & 0o777).toString(8)})`);
      }
      bytes = await readFile(handle);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw writeProblem(error, file);
  }
  if (bytes.length !== KEY_BYTES) throw new ProgramError('tmdb-key-unreadable', `${file} is not a key file (${bytes.length} bytes)`);
  return bytes;
}
