import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { Readable, addAbortSignal } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LabError } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import { writeError } from './files.ts';

const PIECE_BYTES = 1 << 20;

/** Size and digest of bytes that went by. */
export interface BytesSeen {
  readonly sizeBytes: number;
  readonly sha256: Sha256;
}

/** No link is followed. O_NONBLOCK: opening a pipe nobody writes to would wait for ever. */
const PLAIN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What the operating system says of a file that cannot be opened, in words of the catalogue. */
function refusal(error: unknown, file: string): LabError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ELOOP' || code === 'ENXIO') return LabError.of('file.not-plain', { path: file }, { cause: error });
  return LabError.of('file.unreadable', { path: file, reason: code ?? String(error) }, { cause: error });
}

/**
 * Opens a plain file for reading. A link, a folder, a pipe or a device in its place is refused with `file.not-plain` and never followed or waited
 * for; what cannot be opened is `file.unreadable`.
 */
export async function openPlainFile(file: string): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await open(file, PLAIN);
  } catch (error) {
    throw refusal(error, file);
  }
  try {
    if (!(await handle.stat()).isFile()) throw LabError.of('file.not-plain', { path: file });
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The bytes of a plain file of at most `mostBytes`; a larger one is `file.too-large`. */
export async function readPlainFile(file: string, mostBytes: number): Promise<Buffer> {
  await using handle = await openPlainFile(file);
  // One byte more than allowed tells a file that is too large from one that fits, also when it grows while it is read.
  const room = Buffer.allocUnsafe(Math.min((await handle.stat()).size, mostBytes) + 1);
  let filled = 0;
  while (filled < room.length) {
    const { bytesRead } = await handle.read(room, filled, room.length - filled, filled);
    if (bytesRead === 0) return room.subarray(0, filled);
    filled += bytesRead;
  }
  throw LabError.of('file.too-large', { path: file, limit: `${mostBytes} bytes` });
}

/** As {@link readPlainFile}, and blocks meanwhile: for many small files one after the other, where waiting for each takes longer than reading it. */
export function readPlainFileNow(file: string, mostBytes: number): Buffer {
  const handle = openNow(file);
  try {
    const about = fstatSync(handle);
    if (!about.isFile()) throw LabError.of('file.not-plain', { path: file });
    const room = Buffer.allocUnsafe(Math.min(about.size, mostBytes) + 1);
    let filled = 0;
    while (filled < room.length) {
      const bytesRead = readSync(handle, room, filled, room.length - filled, filled);
      if (bytesRead === 0) return room.subarray(0, filled);
      filled += bytesRead;
    }
    throw LabError.of('file.too-large', { path: file, limit: `${mostBytes} bytes` });
  } finally {
    closeSync(handle);
  }
}

function openNow(file: string): number {
  try {
    return openSync(file, PLAIN);
  } catch (error) {
    throw refusal(error, file);
  }
}

/** Streams a plain file; the stream owns the file and closes it. */
export async function streamPlainFile(file: string): Promise<Readable> {
  const handle = await openPlainFile(file);
  return handle.createReadStream({ highWaterMark: PIECE_BYTES });
}

/** SHA-256 and size of a plain file, read in pieces. */
export async function digestPlainFile(file: string, signal: AbortSignal): Promise<BytesSeen> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  await pipeline(
    await streamPlainFile(file),
    async (pieces: AsyncIterable<Uint8Array>) => {
      for await (const piece of pieces) {
        hash.update(piece);
        sizeBytes += piece.length;
      }
    },
    { signal },
  ).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error;
  });
  return { sizeBytes, sha256: hash.digest('hex') as Sha256 };
}

/**
 * Creates a file that must not exist yet and writes the content into it. Returns what was written. On a throw the file is half-written; a stream
 * is destroyed and the file closed on every way out.
 */
export async function writeNewFile(file: string, content: Readable | Uint8Array | string, signal: AbortSignal): Promise<BytesSeen> {
  const source = content instanceof Readable ? addAbortSignal(signal, content) : Readable.from([Buffer.from(content)]);
  // It may fail while the file is being opened and nobody reads yet; reading then throws what it failed with.
  source.on('error', () => {});
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    await using handle = await createNewFile(file);
    for await (const piece of source as AsyncIterable<Uint8Array>) {
      signal.throwIfAborted();
      // Another thread writes while this one hashes.
      const written = handle.writeFile(piece);
      hash.update(piece);
      sizeBytes += piece.length;
      await written;
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw isWriteFailure(error) ? writeError(error, file) : error;
  } finally {
    source.destroy();
  }
  return { sizeBytes, sha256: hash.digest('hex') as Sha256 };
}

async function createNewFile(file: string): Promise<FileHandle> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    return await open(file, 'wx');
  } catch (error) {
    throw writeError(error, file);
  }
}

const isWriteFailure = (error: unknown): boolean => (error as NodeJS.ErrnoException).syscall === 'write';
