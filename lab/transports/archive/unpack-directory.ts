import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { type Entry, type ZipFile, openPromise } from 'yauzl';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import { type TreeItem, treeText } from '../../core/tree-text.ts';
import { writeError } from '../../host/files.ts';
import { sha256Of } from '../../host/hash.ts';
import { archiveBounds } from './plan-directory.ts';
import { WindowsNames } from './windows-name.ts';

/** What came out of an archive. */
export interface UnpackedDirectory {
  readonly files: number;
  readonly sizeBytes: number;
}

/**
 * Unpacks a folder that a guest packed. The guest is not trusted: names, sizes and kinds of entries are checked and bounded, nothing is written
 * outside, and the result must be the tree that was announced. `to` must not exist; it appears at once or not at all. Throws `copy.*`.
 */
export async function unpackDirectory(
  archive: LocalPath,
  to: LocalPath,
  expected: Sha256,
  shown: string,
  call: Call,
): Promise<UnpackedDirectory> {
  if (await lstat(to).catch(() => undefined)) throw LabError.of('copy.exists', { path: to });
  const staging = `${to}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  const refused = (reason: string, cause?: unknown): LabError =>
    LabError.of(
      'copy.archive-refused',
      { what: 'give out', path: shown, reason: reason.slice(0, 500) },
      cause === undefined ? {} : { cause },
    );
  let zip: ZipFile | undefined;
  try {
    await mkdir(staging, { recursive: true }).catch((error: unknown) => {
      throw writeError(error, staging);
    });
    zip = await openPromise(archive, { autoClose: false, strictFileNames: true, validateEntrySizes: true });
    const items = await extractAll(zip, staging, refused, call);
    const actual = sha256Of(treeText(items));
    if (actual !== expected) throw LabError.of('copy.tree-mismatch', { path: shown, actual, expected });
    await rename(staging, to).catch((error: unknown) => {
      throw writeError(error, to);
    });
    const files = items.filter((item) => item.kind === 'file');
    return { files: files.length, sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0) };
  } catch (error) {
    if (error instanceof LabError || call.signal.aborted) throw error;
    const { syscall } = error as NodeJS.ErrnoException;
    throw syscall === undefined ? refused(error instanceof Error ? error.message : String(error), error) : writeError(error, to);
  } finally {
    zip?.close();
    await rm(staging, { recursive: true, force: true });
  }
}

async function extractAll(zip: ZipFile, staging: string, refused: (reason: string) => LabError, call: Call): Promise<readonly TreeItem[]> {
  const names = new WindowsNames();
  const items: TreeItem[] = [];
  let totalBytes = 0;
  for await (const entry of zip.eachEntry()) {
    call.signal.throwIfAborted();
    const isFolder = entry.fileName.endsWith('/');
    // ./docs/: as bsdtar, which is Windows' tar.exe, names what it packs from a folder it was sent into.
    const name = (isFolder ? entry.fileName.slice(0, -1) : entry.fileName).replace(/^\.\//, '');
    if (name === '.') continue;
    const problem = names.problemOf(name, isFolder ? 'directory' : 'file') ?? oddity(entry);
    if (problem !== undefined) throw refused(problem);
    totalBytes += entry.uncompressedSize;
    if (items.length >= archiveBounds.entries || totalBytes > archiveBounds.bytes) throw refused('it holds more than an archive may');
    const native = path.join(staging, name);
    if (isFolder) {
      await mkdir(native, { recursive: true });
      items.push({ kind: 'directory', path: name });
    } else {
      await mkdir(path.dirname(native), { recursive: true });
      items.push({ kind: 'file', path: name, sizeBytes: entry.uncompressedSize, sha256: await extract(zip, entry, native, refused) });
    }
  }
  return items;
}

/** What an entry of our own packing never is. */
function oddity(entry: Entry): string | undefined {
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) return `${JSON.stringify(entry.fileName.slice(0, 200))} is a link or a device`;
  return entry.isEncrypted() ? `${JSON.stringify(entry.fileName.slice(0, 200))} is encrypted` : undefined;
}

async function extract(zip: ZipFile, entry: Entry, native: string, refused: (reason: string) => LabError): Promise<string> {
  await using handle = await open(native, 'wx');
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let checksum = 0;
  for await (const piece of await zip.openReadStreamPromise(entry)) {
    const bytes = piece as Buffer;
    sizeBytes += bytes.length;
    if (sizeBytes > entry.uncompressedSize) throw refused(`${entry.fileName} is larger than it says`);
    hash.update(bytes);
    checksum = crc32(bytes, checksum);
    await handle.writeFile(bytes);
  }
  if (sizeBytes !== entry.uncompressedSize || checksum !== entry.crc32)
    throw refused(`${entry.fileName} does not match its size and checksum`);
  return hash.digest('hex');
}
