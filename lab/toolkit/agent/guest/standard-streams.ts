import { readSync, writeSync } from 'node:fs';
import { errnoOf } from './refusal.ts';

/**
 * The tool's own input and output, read and written synchronously on descriptors 0 and 1.
 *
 * `process.stdin` would do on real pipes, but it moves 64 KiB at a time through a thread; and an outstanding read would hold up the end of the
 * process after a failure. Descriptors also work where Wine hands on a Unix pipe, which libuv cannot open.
 */
export const input = 0;
export const output = 1;

/** Read at once. */
export const CHUNK_BYTES = 1 << 20;

const NEWLINE = 0x0a;

/** Reads some bytes of standard input into `buffer`; 0 at its end. */
export function readInput(buffer: Uint8Array): number {
  try {
    return readSync(input, buffer, 0, buffer.length, null);
  } catch (error) {
    // Windows tells the end of a pipe as an error.
    if (errnoOf(error) === 'EOF' || errnoOf(error) === 'EPIPE') return 0;
    if (errnoOf(error) !== 'EAGAIN') throw error;
    nap();
    return readInput(buffer);
  }
}

/** Off Windows a descriptor may be a socket that does not wait by itself. */
const nap = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);

/** Reads standard input to its end; `undefined` when there are more than `mostBytes`. */
export function readAllInput(mostBytes: number): Buffer | undefined {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (;;) {
    const count = readInput(buffer);
    if (count === 0) return Buffer.concat(chunks);
    sizeBytes += count;
    if (sizeBytes > mostBytes) return undefined;
    chunks.push(Buffer.from(buffer.subarray(0, count)));
  }
}

/**
 * Reads standard input line by line, each without its newline: call it again for the next one. A line of more than `mostBytes` is read away and
 * told as `too-long`; what stands after the last newline does not count.
 */
export function lineReader(mostBytes: number): () => Buffer | 'too-long' | 'end' {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let unread = Buffer.alloc(0);
  return () => {
    const parts: Buffer[] = [];
    let sizeBytes = 0;
    for (;;) {
      const newline = unread.indexOf(NEWLINE);
      const part = newline < 0 ? unread : unread.subarray(0, newline);
      sizeBytes += part.length;
      if (sizeBytes <= mostBytes) parts.push(part);
      if (newline >= 0) {
        unread = unread.subarray(newline + 1);
        return sizeBytes > mostBytes ? 'too-long' : Buffer.concat(parts);
      }
      const count = readInput(buffer);
      if (count === 0) return 'end';
      unread = Buffer.from(buffer.subarray(0, count));
    }
  };
}

/** Writes all of `bytes` to standard output. */
export function writeOutput(bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length;) {
    try {
      offset += writeSync(output, bytes, offset, bytes.length - offset);
    } catch (error) {
      if (errnoOf(error) !== 'EAGAIN') throw error;
      nap();
    }
  }
}

/** Writes one line of JSON to standard output. */
export const writeLine = (value: unknown): void => writeOutput(Buffer.from(`${JSON.stringify(value)}\n`));
