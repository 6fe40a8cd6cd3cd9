import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Call } from '../../core/call.ts';
import type { SftpClient, SftpHandle } from '../../ssh/sftp/sftp-client.ts';
import { inTime } from './in-time.ts';

/** Requests under way at a time: enough that neither the wire nor the guest's disk ever waits for the other. */
const MOST_REQUESTS = 64;
/** What they may carry together; with it the largest requests are 32 at a time. */
const MOST_BYTES = 8 << 20;

/** A stretch of a file on its way. */
export interface Stretch {
  readonly handle: SftpHandle;
  /** Where to begin. */
  readonly from: number;
  readonly sizeBytes: number;
  readonly onArrived: (bytesDone: number) => void;
}

/** How many bytes may be under way: after a lost connection no more than these can be missing before the end of what is there. */
export const underWay = (requestBytes: number): number => requestBytes * requestsOf(requestBytes);

const requestsOf = (requestBytes: number): number => Math.max(1, Math.min(MOST_REQUESTS, Math.floor(MOST_BYTES / requestBytes)));

/** Writes a local file, from `from` to its end, into the guest's. Ends early where the local file turns out to be shorter. */
export async function pumpOut(sftp: SftpClient, local: FileHandle, stretch: Stretch, call: Call): Promise<void> {
  const open: Promise<number>[] = [];
  const most = requestsOf(sftp.writeBytes);
  let done = stretch.from;
  const arrive = async (first: Promise<number>): Promise<void> => {
    done += await inTime(first, call);
    stretch.onArrived(done);
  };
  for (let at = stretch.from; at < stretch.sizeBytes;) {
    const piece = Buffer.allocUnsafe(Math.min(sftp.writeBytes, stretch.sizeBytes - at));
    const { bytesRead } = await local.read(piece, 0, piece.length, at);
    if (bytesRead === 0) break;
    const request = sftp.write(stretch.handle, at, piece.subarray(0, bytesRead)).then(() => bytesRead);
    // The first to fail is told; those after it fail for the same reason.
    request.catch(() => {});
    open.push(request);
    at += bytesRead;
    const first = open.length >= most ? open.shift() : undefined;
    if (first) await arrive(first);
  }
  for (const request of open) await arrive(request);
}

/** Reads the guest's file, from `from` to its end, into a local one in order, and hashes all of it; `head` is what is there already. */
export async function pumpIn(
  sftp: SftpClient,
  local: FileHandle,
  stretch: Stretch,
  head: AsyncIterable<Uint8Array>,
  call: Call,
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  for await (const bytes of head) hash.update(bytes);
  const open: Promise<Buffer>[] = [];
  const most = requestsOf(sftp.readBytes);
  let done = stretch.from;
  let ended = false;
  const arrive = async (first: Promise<Buffer>): Promise<void> => {
    const bytes = await inTime(first, call);
    if (ended) return;
    ended = bytes.length === 0;
    hash.update(bytes);
    for (let at = 0; at < bytes.length;) at += (await local.write(bytes, at, bytes.length - at, done + at)).bytesWritten;
    done += bytes.length;
    stretch.onArrived(done);
  };
  for (let at = stretch.from; at < stretch.sizeBytes; at += sftp.readBytes) {
    const request = readAll(sftp, stretch.handle, at, Math.min(sftp.readBytes, stretch.sizeBytes - at));
    request.catch(() => {});
    open.push(request);
    const first = open.length >= most ? open.shift() : undefined;
    if (first) await arrive(first);
  }
  for (const request of open) await arrive(request);
  return { sizeBytes: done, sha256: hash.digest('hex') };
}

/** So many bytes, fewer only at the end of the file: servers may give less than they are asked for. */
async function readAll(sftp: SftpClient, handle: SftpHandle, from: number, sizeBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let got = 0;
  while (got < sizeBytes) {
    const piece = await sftp.read(handle, from + got, sizeBytes - got);
    if (piece.length === 0) break;
    pieces.push(piece);
    got += piece.length;
  }
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces, got);
}
