import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { errnoOf } from './refusal.ts';
import { CHUNK_BYTES } from './standard-streams.ts';

/** What of a file is read: all of it where nothing is said. */
export interface FileStretch {
  readonly offset?: number;
  readonly mostBytes?: number;
}

/** One for all files: making it anew costs more than a small file does. Nothing waits between reading into it and using it. */
const buffer = Buffer.alloc(CHUNK_BYTES);

/** Size and SHA-256 of a file as it was read, in pieces of 1 MiB; `undefined` when there is no file of that name. */
export function digestFile(
  native: string,
  { offset = 0, mostBytes = Infinity }: FileStretch = {},
): { readonly sizeBytes: number; readonly sha256: string } | undefined {
  let file: number;
  try {
    file = openSync(native, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
  try {
    if (!fstatSync(file).isFile()) return undefined;
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for (;;) {
      const count = readSync(file, buffer, 0, Math.min(buffer.length, mostBytes - sizeBytes), offset + sizeBytes);
      if (count === 0) return { sizeBytes, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, count));
      sizeBytes += count;
    }
  } finally {
    closeSync(file);
  }
}
