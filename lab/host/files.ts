import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, access, copyFile, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../core/error.ts';

/** Turns what the operating system says of a failed write into an error of the catalogue. */
export function writeError(error: unknown, file: string): LabError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return LabError.of('file.disk-full', { path: file }, { cause: error });
  return LabError.of('file.unwritable', { path: file, reason: code ?? String(error) }, { cause: error });
}

/** Writes a file so that readers see either the old one or all of the new one: temp name, fsync, rename. */
export async function writeFileAtomic(file: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw writeError(error, file);
  }
}

/** A file that only grows. `append` resolves when the operating system has the bytes; appends keep their order. */
export interface AppendFile extends AsyncDisposable {
  readonly append: (text: string) => Promise<void>;
  /** Waits until what was appended is on the disk. */
  readonly sync: () => Promise<void>;
}

/** Creates a file that must not exist yet, for appending. */
export async function createAppendFile(file: string): Promise<AppendFile> {
  let handle: FileHandle;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    handle = await open(file, 'ax');
  } catch (error) {
    throw writeError(error, file);
  }
  let tail: Promise<void> = Promise.resolve();
  const queue = (work: () => Promise<void>): Promise<void> => {
    const next = tail.then(work).catch((error: unknown) => {
      throw error instanceof LabError ? error : writeError(error, file);
    });
    // A failed append must not poison the ones after it with an unhandled rejection; each caller gets its own.
    tail = next.catch(() => {});
    return next;
  };
  return {
    append: (text) =>
      queue(async () => {
        await handle.appendFile(text);
      }),
    sync: () => queue(() => handle.sync()),
    [Symbol.asyncDispose]: async () => {
      await tail;
      await handle.close();
    },
  };
}

export const exists = async (file: string): Promise<boolean> => {
  try {
    await access(file, constants.F_OK);
    return true;
  } catch {
    return false;
  }
};

/** The bytes of a file, or `undefined` when there is none. */
export async function readBytesIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The text of a file, or `undefined` when there is none. */
export async function readTextIfThere(file: string): Promise<string | undefined> {
  const bytes = await readBytesIfThere(file);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
}

/** Every regular file below a folder, as paths relative to it with `/`, sorted by code points. Links are not followed and not listed. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  // Not `recursive: true`: that follows links to folders.
  const visit = async (below: string): Promise<string[]> => {
    const found: string[] = [];
    for (const entry of await readdir(path.join(folder, below), { withFileTypes: true })) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isFile()) found.push(name);
      else if (entry.isDirectory()) found.push(...(await visit(name)));
    }
    return found;
  };
  return (await visit('')).toSorted();
}

/** The names of the folders right below a folder, sorted; none when it is not there. */
export async function foldersBelow(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Moves a file, also to another file system. The folder it goes to is made; a file that is there already is replaced. */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await mkdir(path.dirname(to), { recursive: true });
    try {
      await rename(from, to);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
      const temporary = `${to}.${process.pid}.tmp`;
      await copyFile(from, temporary);
      await rename(temporary, to);
      await rm(from);
    }
  } catch (error) {
    throw writeError(error, to);
  }
}

/** Removes a folder with all that is in it; harmless when it is not there. Links in it are removed, not followed. */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    throw writeError(error, folder);
  }
}
