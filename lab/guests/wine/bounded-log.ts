import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';

/** Keeps the beginning of a stream in a file and reads the rest away. A disk that is full costs the log, not the guest. */
export function logBounded(from: Readable, file: string, mostBytes: number): void {
  const to = createWriteStream(file, { flags: 'a' });
  to.on('error', () => {});
  let leftBytes = mostBytes;
  from.on('error', () => {});
  from.on('data', (bytes: Buffer) => {
    if (leftBytes <= 0) return;
    to.write(bytes.subarray(0, leftBytes));
    leftBytes -= bytes.length;
    if (leftBytes <= 0) to.end('\n(the rest was dropped)\n');
  });
}
