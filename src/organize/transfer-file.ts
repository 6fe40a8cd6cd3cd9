import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, link, mkdir, open, rename, rm, stat, unlink, utimes } from 'node:fs/promises';
import path from 'node:path';

/** File systems that cannot make a second name for a file say one of these. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EISDIR', 'EINVAL']);

/**
 * Moves a file and never overwrites one: throws with code `EEXIST` when something is at `to`, also when it came there in this very moment. Folders on
 * the way are made. On another volume the file is copied beside its destination, compared by hash and only then removed here. When it throws, `from`
 * is untouched and `to` is as it was.
 */
export async function moveFile(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  try {
    await takeName(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await moveAcross(from, to);
  }
}

/** Renames within a volume. Making a second name is the only renaming that both Windows and POSIX refuse when the name is taken. */
async function takeName(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return renameOverReserved(from, to);
  }
  try {
    await unlink(from);
  } catch (error) {
    await unlink(to);
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

async function moveAcross(from: string, to: string): Promise<void> {
  const temporary = path.join(path.dirname(to), `.${randomBytes(6).toString('hex')}.anivault-part`);
  try {
    await copyFile(from, temporary, constants.COPYFILE_EXCL);
    const handle = await open(temporary, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    const { atime, mtime } = await stat(from);
    await utimes(temporary, atime, mtime);
    const [was, is] = [await sha256Of(from), await sha256Of(temporary)];
    if (was !== is) throw new Error(`the copy of ${from} is not what was read: the source changed, or the disk is failing`);
    await takeName(temporary, to);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  try {
    await unlink(from);
  } catch (error) {
    await unlink(to);
    throw error;
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
