import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { LocalFile } from './file-digests.ts';

/** Bytes of a file that travel and are checked by themselves. About eleven Sends: small enough to lose one, large enough to be worth asking about. */
export const partBytes = 4 << 20;

/** A part ready to be sent. */
export interface EncodedPart {
  readonly bytes: Uint8Array;
  readonly encoding: 'identity' | 'gzip';
  /** Of the part itself, not of how it is sent. */
  readonly sizeBytes: number;
  readonly sha256: string;
}

const LEVEL = 1;
/** Packing that spares less than this only costs time. */
const WORTH_PACKING = 0.95;
const SAMPLE_BYTES = 256 << 10;
/** Packed parts that are kept for the next guest. */
const MOST_KEPT_BYTES = 128 << 20;

const compress = promisify(gzip);

/**
 * Parts of local files, read and packed once however many guests get them. Whether packing pays is decided by samples from the beginning, the
 * middle and the end. Parts that were not packed are read anew: the system keeps them.
 */
export class LocalParts {
  readonly #shrinks = new Map<string, Promise<boolean>>();
  readonly #packed = new Map<string, Promise<EncodedPart>>();
  #keptBytes = 0;

  /** How many parts a file has. */
  countOf(file: LocalFile): number {
    return Math.ceil(file.sizeBytes / partBytes);
  }

  /** Part `index` as it is, read in one piece. Rejects with `file.unreadable`. */
  async encoded(file: LocalFile, index: number): Promise<EncodedPart> {
    if (!(await this.#shrinksAtAll(file))) return plain(await this.read(file, index));
    const key = `${file.sha256}:${index}`;
    const known = this.#packed.get(key);
    if (known !== undefined) return known;
    const made = this.read(file, index).then(packed);
    this.#packed.set(key, made);
    made.then(
      ({ bytes }) => this.#keep(bytes.length),
      () => this.#packed.delete(key),
    );
    return made;
  }

  /** The bytes of a part; fewer than expected where the file has shrunk. */
  read(file: LocalFile, index: number): Promise<Buffer> {
    const offset = index * partBytes;
    return readAt(file.path, offset, Math.min(partBytes, file.sizeBytes - offset));
  }

  #shrinksAtAll(file: LocalFile): Promise<boolean> {
    let answer = this.#shrinks.get(file.sha256);
    if (answer === undefined) {
      answer = samplesShrink(file);
      answer.catch(() => this.#shrinks.delete(file.sha256));
      this.#shrinks.set(file.sha256, answer);
    }
    return answer;
  }

  #keep(sizeBytes: number): void {
    this.#keptBytes += sizeBytes;
    while (this.#keptBytes > MOST_KEPT_BYTES) {
      const [oldest] = this.#packed;
      if (oldest === undefined) return;
      this.#packed.delete(oldest[0]);
      void oldest[1].then(({ bytes }) => (this.#keptBytes -= bytes.length));
      // Given back once it is known; the loop must not run ahead of that.
      return;
    }
  }
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const plain = (bytes: Buffer): EncodedPart => ({ bytes, encoding: 'identity', sizeBytes: bytes.length, sha256: sha256Of(bytes) });

async function packed(bytes: Buffer): Promise<EncodedPart> {
  const smaller = await compress(bytes, { level: LEVEL });
  return smaller.length < bytes.length * WORTH_PACKING ? { ...plain(bytes), bytes: smaller, encoding: 'gzip' } : plain(bytes);
}

async function samplesShrink({ path, sizeBytes }: LocalFile): Promise<boolean> {
  const middles = sizeBytes <= 3 * SAMPLE_BYTES ? [0] : [0, Math.floor((sizeBytes - SAMPLE_BYTES) / 2), sizeBytes - SAMPLE_BYTES];
  const sampleBytes = middles.length === 1 ? sizeBytes : SAMPLE_BYTES;
  const sample = Buffer.concat(await Promise.all(middles.map((offset) => readAt(path, offset, sampleBytes))));
  return sample.length > 0 && (await compress(sample, { level: LEVEL })).length < sample.length * WORTH_PACKING;
}

async function readAt(path: LocalPath, offset: number, length: number): Promise<Buffer> {
  try {
    await using handle = await open(path, 'r');
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } catch (error) {
    throw LabError.of('file.unreadable', { path, reason: (error as NodeJS.ErrnoException).code ?? String(error) }, { cause: error });
  }
}
