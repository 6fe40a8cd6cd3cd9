import { createHash, randomBytes } from 'node:crypto';
import { closeSync, createWriteStream, fstatSync, mkdirSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { TreeItem } from '../../../core/tree-text.ts';
import { digestFile } from './digest-file.ts';
import { toNative, toNativeBelowDrive } from './guest-path.ts';
import { Refusal } from './refusal.ts';
import { CHUNK_BYTES } from './standard-streams.ts';
import { type TreeDigest, digestOfItems, folderIsThere, namesIn, treeItems } from './tree-items.ts';
import { extractArchive } from './unpack.ts';

type Given = Readonly<Record<string, unknown>>;

/** An archive that the host packs of its own files may well hold a gigabyte of zeros. */
const GROWTH = 1100;
/** The fastest level: somebody waits. */
const COMPRESSION_LEVEL = 1;

/** `tree-digest`: whether a folder is there, and what it holds in short. */
export function treeDigest({ path: folder }: Given): Readonly<{ exists: boolean }> & Partial<TreeDigest> {
  const native = toNative(folder);
  return folderIsThere(native) ? { exists: true, ...digestOfItems(treeItems(native)) } : { exists: false };
}

/**
 * `place-tree`: unpacks an archive beside the place where the folder is to be, compares every file with what was promised by the digest of the whole
 * tree, and renames the folder. The archive is removed in any case. Nothing is left after a failure.
 */
export async function placeTree({ archive, to, treeSha256 }: Given): Promise<TreeDigest> {
  const source = toNativeBelowDrive(archive);
  const target = toNativeBelowDrive(to);
  if (typeof treeSha256 !== 'string') throw new Refusal('bad-request', 'place-tree needs archive, to and treeSha256');
  const staging = `${target}.${randomBytes(6).toString('hex')}.lab-part`;
  try {
    if (folderIsThere(target)) throw new Refusal('exists', `a folder of that name is there: ${String(to)}`);
    const items: TreeItem[] = [];
    await extractArchive(source, staging, GROWTH, (item) => void items.push(item));
    const found = digestOfItems(items);
    if (found.treeSha256 === treeSha256) renameSync(staging, target);
    return found;
  } finally {
    rmSync(staging, { recursive: true, force: true });
    rmSync(source, { force: true });
  }
}

/** `pack-tree`: packs a folder into a new archive, each file read once. One that grows or shrinks meanwhile fails the packing. */
export async function packTree({
  path: folder,
  archive,
}: Given): Promise<TreeDigest & { readonly archiveBytes: number; readonly archiveSha256: string }> {
  const native = toNative(folder);
  const target = toNativeBelowDrive(archive);
  if (!folderIsThere(native)) throw new Refusal('not-found', `there is no such folder: ${String(folder)}`);
  mkdirSync(path.dirname(target), { recursive: true });
  const zip = new ZipFile();
  // The types promise less than there is: the package makes it of a PassThrough.
  const output = zip.outputStream as Readable;
  const fail = (error: unknown): void => void output.destroy(error as Error);
  zip.on('error', fail);
  const items: TreeItem[] = [];
  const options = { mtime: new Date(2026, 0, 1, 12), forceDosTimestamp: true };
  for (const item of namesIn(native)) {
    if (item.kind === 'directory') {
      items.push(item);
      zip.addEmptyDirectory(item.path, { ...options, mode: 0o040755 });
    } else {
      zip.addReadStreamLazy(item.path, { ...options, mode: 0o100644, compressionLevel: COMPRESSION_LEVEL }, (give) =>
        give(undefined, Readable.from(hashedPieces(native, item.path, items), { objectMode: false })),
      );
    }
  }
  zip.end();
  try {
    await pipeline(output, createWriteStream(target, { flags: 'wx', highWaterMark: CHUNK_BYTES }));
    const packed = digestFile(target);
    if (packed === undefined) throw new Refusal('io', 'the archive is gone');
    return { ...digestOfItems(items), archiveBytes: packed.sizeBytes, archiveSha256: packed.sha256 };
  } catch (error) {
    rmSync(target, { force: true });
    throw error;
  }
}

/** A file's bytes as they are read; its digest joins `items` at the end. Read synchronously: each wait costs more than most files do. */
function* hashedPieces(top: string, relative: string, items: TreeItem[]): Generator<Buffer> {
  const file = openSync(path.join(top, relative), 'r');
  try {
    const hash = createHash('sha256');
    const pieceBytes = Math.max(1, Math.min(fstatSync(file).size, CHUNK_BYTES));
    let sizeBytes = 0;
    for (;;) {
      const piece = Buffer.allocUnsafe(pieceBytes);
      const count = readSync(file, piece, 0, piece.length, null);
      if (count === 0) break;
      hash.update(piece.subarray(0, count));
      sizeBytes += count;
      yield piece.subarray(0, count);
    }
    items.push({ kind: 'file', path: relative, sizeBytes, sha256: hash.digest('hex') });
  } finally {
    closeSync(file);
  }
}
