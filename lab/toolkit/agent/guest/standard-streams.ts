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

/** Reads some bytes of standard input into `buffer`; 0 at its end. */
export function readInput(buffer: Uint8Array): number {
  try {
    return readSync(input, buffer, 0, buffer.length, null);
  } catch (error) {
    // Windows tells the end of a pipe as an error.
    if (errnoOf(error) === 'EOF' || errnoOf(error) === 'EPIPE') return 0;
    throw error;
  }
}

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

/** Writes all of `bytes` to standard output. */
export function writeOutput(bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length;) offset += writeSync(output, bytes, offset, bytes.length - offset);
}

/** Writes one line of JSON to standard output. */
export const writeLine = (value: unknown): void => writeOutput(Buffer.from(`${JSON.stringify(value)}\n`));
