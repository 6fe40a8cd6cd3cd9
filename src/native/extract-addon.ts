import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, lstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';
import { ProgramError, writeProblem } from '../core/program-error.ts';
import type { NativePart } from './native-part.ts';

/** Digits of the digest that name the folder: enough to keep versions apart; the whole digest is compared anyway. */
const FOLDER_DIGITS = 16;
const MOST_ATTEMPTS = 3;

/**
 * Puts an addon where the operating system can load it and gives the file's path: `<folder>/native/<digest>/<name>`. Both folders are the program's own:
 * what else stands in their place, a link above all, is removed.
 *
 * A file that is there already is used only when it is a plain file with the right digest; anything else in its place is replaced. New files are
 * created exclusively under a random name, flushed and renamed, so that programs started at the same time do not disturb each other. The file is read
 * back and compared before its path is given out. Windows refuses to replace a library that is loaded, which only happens to a good one, as a bad one
 * is never loaded.
 *
 * What this cannot do: somebody who may write into the folder can change the file between the last look and the load. That is the user himself, who
 * could as well change the executable.
 */
export function extractAddon(part: NativePart, folder: string): string {
  const directory = path.join(folder, 'native', part.sha256.slice(0, FOLDER_DIGITS));
  const file = path.join(directory, part.name);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const below of [path.dirname(directory), directory]) makeOwnFolder(below);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      if (holds(file, part)) return file;
      replace(file, part);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR')
      throw new ProgramError('not-writable', `${folder} is not a folder that can hold ${part.name}`, error);
    throw writeProblem(error, file);
  }
  throw new ProgramError('part-changed', `${file} is changed by another program as soon as it is written`);
}

/** Whether `file` is a plain file with exactly the part's bytes. A link is not: where it leads can change. */
function holds(file: string, part: NativePart): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size !== part.bytes.byteLength) return false;
  return createHash('sha256').update(readFileSync(file)).digest('hex') === part.sha256;
}

/** Makes a folder unless it is there. What is no folder, a link to one included, goes: through a link the file would land in somebody else's. */
function makeOwnFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  try {
    if (found !== undefined) unlinkSync(folder);
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process was quicker.
    if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

function replace(file: string, part: NativePart): void {
  const temporary = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = openSync(temporary, 'wx', 0o600);
    try {
      for (let done = 0; done < part.bytes.byteLength;) done += writeSync(handle, part.bytes, done);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory()) rmSync(file, { recursive: true });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    // Another process may have put the same file there and loaded it: Windows then refuses to replace it, and there is no need to.
    if (!holds(file, part)) throw error;
  }
}
