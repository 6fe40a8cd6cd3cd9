import { createHash } from 'node:crypto';
import { closeSync, existsSync, lstatSync, mkdirSync, openSync, readSync, rmSync, rmdirSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { type ZipFile, openPromise } from 'yauzl';
import type { UnpackReceipt } from '../../../core/toolkit.ts';
import type { TreeItem } from '../../../core/tree-text.ts';
import type { Questions } from '../../questions.ts';
import { toNative, toNativeBelowDrive } from './guest-path.ts';
import { isRealDirectory } from './real-directory.ts';
import { Refusal, errnoOf } from './refusal.ts';
import { CHUNK_BYTES } from './standard-streams.ts';
import { type SafeEntry, safeEntries, zipBounds } from './zip-entries.ts';

/**
 * Extracts a zip. All entries are looked at before the first byte is written; existing files are refused; sizes and CRC-32 must hold. After a
 * failure nothing that was made is left. Times, permissions and the download mark of the archive are not carried over to the files.
 */
export async function unpack({ archive, to }: Questions['unpack']): Promise<UnpackReceipt> {
  const started = process.hrtime.bigint();
  const unpacked = await extractArchive(toNative(archive), toNativeBelowDrive(to), zipBounds.growth);
  return { ...unpacked, durationMs: Number(process.hrtime.bigint() - started) / 1e6, tool: 'agent' };
}

/**
 * The same for native paths. `growth`: unpacked bytes allowed for each byte of the archive. `onItem` hears of what was made, with `/` between parts;
 * a file's digest is of the bytes that were written.
 */
export async function extractArchive(
  source: string,
  target: string,
  growth: number,
  onItem?: (item: TreeItem) => void,
): Promise<Pick<UnpackReceipt, 'files' | 'bytes'>> {
  const zip = await opened(source);
  const made: Made = { files: [], directories: [], real: new Set() };
  try {
    const entries = await damagedUnlessRefused(() => safeEntries(zip, zip.fileSize, growth));
    makeTarget(target, made);
    let files = 0;
    let bytes = 0;
    for (const safe of entries) {
      makeParents(target, safe, made);
      const name = safe.parts.join('/');
      if (safe.kind === 'directory') {
        onItem?.({ kind: 'directory', path: name });
        continue;
      }
      const native = path.join(target, ...safe.parts);
      const hash = onItem && createHash('sha256');
      const sizeBytes = await extract(source, zip, safe, native, made, (piece) => void hash?.update(piece));
      if (onItem && hash) onItem({ kind: 'file', path: name, sizeBytes, sha256: hash.digest('hex') });
      bytes += sizeBytes;
      files += 1;
    }
    return { files, bytes };
  } catch (error) {
    takeBack(made);
    throw error;
  } finally {
    zip.close();
  }
}

/** What has been created, in order. */
interface Made {
  readonly files: string[];
  readonly directories: string[];
  /** Directories that are known to be no links, whoever made them. */
  readonly real: Set<string>;
}

async function opened(source: string): Promise<ZipFile> {
  if (!lstatSync(source).isFile()) throw new Refusal('not-found', `not a file: ${source}`);
  return await damagedUnlessRefused(() => openPromise(source, { autoClose: false, strictFileNames: true, validateEntrySizes: true }));
}

/** What yauzl cannot make sense of is a damaged archive; its words for a bad name are no bug of ours either. */
async function damagedUnlessRefused<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Refusal || (errnoOf(error) !== undefined && !errnoOf(error)?.startsWith('Z_'))) throw error;
    const message = error instanceof Error ? error.message : String(error);
    // "invalid characters in fileName: a\b", "absolute path: /etc/passwd", "invalid relative path: ../x"
    throw new Refusal(
      /^(?:invalid characters in fileName|absolute path|invalid relative path)/.test(message) ? 'archive-unsafe' : 'archive-damaged',
      message.slice(0, 500),
    );
  }
}

/** Creates a directory, or makes sure that what stands there is a real one: writing through a link would leave the target. */
function makeDirectory(native: string, made: Made): void {
  if (made.real.has(native)) return;
  try {
    mkdirSync(native);
    made.directories.push(native);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    if (!isRealDirectory(native)) throw new Refusal('exists', `not a directory: ${native}`);
  }
  made.real.add(native);
}

/** The target may lie in folders that are not there yet. */
function makeTarget(target: string, made: Made): void {
  const missing: string[] = [];
  // A drive that does not exist is its own parent.
  for (let folder = path.dirname(target); !existsSync(folder) && folder !== path.dirname(folder); folder = path.dirname(folder))
    missing.unshift(folder);
  for (const folder of [...missing, target]) makeDirectory(folder, made);
}

function makeParents(target: string, { kind, parts }: SafeEntry, made: Made): void {
  let native = target;
  for (const part of kind === 'directory' ? parts : parts.slice(0, -1)) {
    native = path.join(native, part);
    makeDirectory(native, made);
  }
}

/** Writes one entry's file and gives its size; `onBytes` sees what is written. */
async function extract(
  source: string,
  zip: ZipFile,
  { entry, isDeflated }: SafeEntry,
  native: string,
  made: Made,
  onBytes: (bytes: Buffer) => void,
): Promise<number> {
  const file = openSync(native, 'wx');
  made.files.push(native);
  try {
    let written = 0;
    let checksum = 0;
    await damagedUnlessRefused(async () => {
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
      const packed = stretchOf(source, fileDataStart, entry.compressedSize);
      for await (const bytes of isDeflated ? inflated(packed) : packed) {
        written += bytes.length;
        if (written > entry.uncompressedSize) throw new Refusal('archive-damaged', `${entry.fileName} is larger than it says`);
        checksum = crc32(bytes, checksum);
        onBytes(bytes);
        for (let offset = 0; offset < bytes.length;) offset += writeSync(file, bytes, offset, bytes.length - offset);
      }
    });
    if (written !== entry.uncompressedSize || checksum !== entry.crc32)
      throw new Refusal('archive-damaged', `${entry.fileName} does not match its size and checksum`);
    return written;
  } finally {
    closeSync(file);
  }
}

/** A stretch of a file in pieces of 1 MiB. Each piece is a buffer of its own. */
function* stretchOf(source: string, start: number, sizeBytes: number): Generator<Buffer> {
  const file = openSync(source, 'r');
  try {
    for (let done = 0; done < sizeBytes;) {
      const piece = Buffer.alloc(Math.min(CHUNK_BYTES, sizeBytes - done));
      const count = readSync(file, piece, 0, piece.length, start + done);
      if (count === 0) throw new Refusal('archive-damaged', 'it ends in the middle of an entry');
      done += count;
      yield piece.subarray(0, count);
    }
  } finally {
    closeSync(file);
  }
}

/** Inflates in pieces of 1 MiB: each piece is a trip to another thread, which Wine makes dear. */
const inflated = (packed: Iterable<Buffer>): AsyncIterable<Buffer> =>
  Readable.from(packed, { objectMode: true }).compose(createInflateRaw({ chunkSize: CHUNK_BYTES }));

function takeBack({ files, directories }: Made): void {
  for (const file of files) rmSync(file, { force: true });
  for (const directory of directories.toReversed()) {
    try {
      rmdirSync(directory);
    } catch {
      // Somebody else has put something in: not ours to remove.
    }
  }
}
