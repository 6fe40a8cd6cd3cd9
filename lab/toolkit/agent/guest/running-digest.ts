import { type Hash, createHash } from 'node:crypto';
import { fstatSync, statSync } from 'node:fs';
import { errnoOf } from './refusal.ts';

/** What a file was like when the last byte had been written. */
interface Kept {
  readonly temporary: string;
  readonly sizeBytes: number;
  readonly mtimeNs: bigint;
  readonly sha256: string;
}

let kept: Kept | undefined;

/**
 * Computes a file's SHA-256 while it is written from its beginning to its end, so that it need not be read once more. It counts only for as long as
 * nobody else has touched the file: by its size and its time of change.
 */
export class RunningDigest {
  readonly #temporary: string;
  readonly #hash: Hash = createHash('sha256');
  #upTo = 0;
  #broken = false;

  constructor(temporary: string) {
    this.#temporary = temporary;
    kept = undefined;
  }

  /** Takes what was written at `offset`. Anything but the next bytes ends it. */
  add(bytes: Uint8Array, offset: number): void {
    if (this.#broken || offset !== this.#upTo) {
      this.#broken = true;
      return;
    }
    this.#hash.update(bytes);
    this.#upTo += bytes.length;
  }

  /** All is written through `file`: keeps the digest for {@link digestKeptOf} when it is of all of it. */
  keep(file: number): void {
    const { size, mtimeNs } = fstatSync(file, { bigint: true });
    if (this.#broken || size !== BigInt(this.#upTo)) return;
    kept = { temporary: this.#temporary, sizeBytes: this.#upTo, mtimeNs, sha256: this.#hash.digest('hex') };
  }
}

/** The digest that was computed while the file was written, if it is still the file of then. It is told once. */
export function digestKeptOf(temporary: string): { readonly sizeBytes: number; readonly sha256: string } | undefined {
  const known = kept;
  kept = undefined;
  if (known?.temporary !== temporary) return undefined;
  try {
    const { size, mtimeNs } = statSync(temporary, { bigint: true });
    return size === BigInt(known.sizeBytes) && mtimeNs === known.mtimeNs ? { sizeBytes: known.sizeBytes, sha256: known.sha256 } : undefined;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}
