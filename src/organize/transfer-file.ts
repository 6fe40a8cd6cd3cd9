import { constants } from 'node:fs';
import { chmod, copyFile, link, mkdir, open, rename, rm, stat, statfs, unlink, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { Transfer } from '../contract/plan.ts';
import { sha256Of } from './file-hash.ts';
import { syncFolder } from './folders.ts';

/** What a journal has to know before it happens, since a program that is killed right after leaves something of its own at the destination. */
export type TransferStep = 'reserving' | 'copied';

export interface FileTransfer {
  readonly transfer: Transfer;
  /** Absolute. */
  readonly from: string;
  /** Absolute. */
  readonly to: string;
  /** Where a copy grows before it takes its name: a path beside `to` that nothing else uses. */
  readonly part: string;
  readonly note: (step: TransferStep) => Promise<void>;
}

/**
 * The transfer failed, and what it had made at the destination could not be removed again: the file is whole at both places. Its cause is what went
 * wrong first.
 */
export class LeftBothError extends Error {
  override readonly name = 'LeftBothError';
}

/** File systems that cannot make a second name for a file say one of these. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EISDIR', 'EINVAL']);
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/**
 * Moves or copies a file and never overwrites one: throws with code `EEXIST` when something is at `to`, also when it came there in this very moment.
 * Folders on the way are made. What goes to another volume is copied beside its destination, compared by hash and only then removed here. When it
 * throws, `from` is untouched and `to` is as it was, but for a {@link LeftBothError}.
 */
export async function transferFile(files: FileTransfer): Promise<void> {
  const { transfer, from, to } = files;
  await mkdir(path.dirname(to), { recursive: true });
  if (transfer === 'copy') return copyTo(files);
  try {
    await takeName(from, files);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    await copyTo(files);
    await syncFolder(path.dirname(to));
    await giveUpName(from, to);
  }
}

/** Renames within a volume. Making a second name is the only renaming that both Windows and POSIX refuse when the name is taken. */
async function takeName(from: string, { to, note }: FileTransfer): Promise<void> {
  // Windows lets a file that somebody has open get a second name, and then lets neither go. A rename to itself asks for the same right and changes nothing.
  if (process.platform === 'win32') await rename(from, from);
  try {
    await link(from, to);
  } catch (error) {
    if (!NO_LINKS.has(codeOf(error))) throw error;
    await note('reserving');
    return renameOverReserved(from, to);
  }
  await giveUpName(from, to);
}

/** Removes the old name of a file that has its new one; when that is refused, the new one goes again. */
async function giveUpName(from: string, to: string): Promise<void> {
  try {
    await unlink(from);
  } catch (error) {
    await unlink(to).catch(() => {
      throw new LeftBothError(`${from} cannot be removed (${codeOf(error)}), and neither can ${to}`, { cause: error });
    });
    throw error;
  }
}

/** Where there are no second names: an empty file of our own reserves the name, and is then replaced. */
async function renameOverReserved(from: string, to: string): Promise<void> {
  await (await open(to, 'wx')).close();
  try {
    await rename(from, to);
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  }
}

async function copyTo(files: FileTransfer): Promise<void> {
  const { from, to, part, note } = files;
  const { size, atime, mtime, mode } = await stat(from);
  await mustHaveRoom(path.dirname(to), size);
  try {
    await copyFile(from, part, constants.COPYFILE_EXCL);
    // A copy of a file that is read-only cannot be opened for flushing on Windows, and elsewhere only by root.
    const readOnly = (mode & 0o200) === 0;
    if (readOnly) await chmod(part, (mode & 0o7777) | 0o200);
    const handle = await open(part, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await utimes(part, atime, mtime);
    if (readOnly) await chmod(part, mode & 0o7777);
    const [was, is] = [await sha256Of(from), await sha256Of(part)];
    if (was !== is) throw new Error(`the copy of ${from} is not what was read: the source changed, or the disk is failing`);
    await note('copied');
    await takeName(part, files);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Says at once what the copying would say after filling the disk. Where the file system does not tell its room, the copying does. */
async function mustHaveRoom(folder: string, sizeBytes: number): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(folder).catch(() => ({ bavail: 0, bsize: 0, blocks: 0 }));
  if (blocks === 0 || bavail * bsize >= sizeBytes) return;
  throw Object.assign(new Error(`no room for ${sizeBytes} bytes in ${folder}, which has ${bavail * bsize} left`), { code: 'ENOSPC' });
}
