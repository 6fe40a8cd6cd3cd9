import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Sha256 } from '../core/ids.ts';

/** SHA-256 of bytes in memory; text counts as UTF-8. */
export const sha256Of = (content: string | Uint8Array): Sha256 => createHash('sha256').update(content).digest('hex') as Sha256;

/** Read at a time. */
const PIECE_BYTES = 1 << 20;

/** SHA-256 of a file, read in pieces into one buffer. Rejects with the signal's reason when it aborts. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<Sha256> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  await using file = await open(path, 'r');
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, null);
    if (bytesRead === 0) return hash.digest('hex') as Sha256;
    hash.update(piece.subarray(0, bytesRead));
  }
}
