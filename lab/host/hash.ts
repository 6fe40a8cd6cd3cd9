import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Sha256 } from '../core/ids.ts';

/** SHA-256 of bytes in memory; text counts as UTF-8. */
export const sha256Of = (content: string | Uint8Array): Sha256 => createHash('sha256').update(content).digest('hex') as Sha256;

/** SHA-256 of a file, read in pieces: never more than a few MiB in memory. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<Sha256> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) }))
    hash.update(chunk as Uint8Array);
  return hash.digest('hex') as Sha256;
}
