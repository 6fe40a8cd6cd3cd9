import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { errnoOf } from './refusal.ts';
import { CHUNK_BYTES } from './standard-streams.ts';

/** Size and SHA-256 of a file as it was read, in pieces of 1 MiB; `undefined` when there is no file of that name. */
export function digestFile(native: string): { readonly sizeBytes: number; readonly sha256: string } | undefined {
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
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let sizeBytes = 0;
    for (;;) {
      const count = readSync(file, buffer, 0, buffer.length, null);
      if (count === 0) return { sizeBytes, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, count));
      sizeBytes += count;
    }
  } finally {
    closeSync(file);
  }
}
