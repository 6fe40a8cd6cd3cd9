import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, gzip } from 'node:zlib';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { LocalFile } from './file-digests.ts';

/** Bytes of a file that travel and are checked by themselves. About eleven Sends: small enough to lose one, large enough to be worth asking about. */
export const partBytes = 4 << 20;

/**
 * What a receiver compares a part with before it writes it. The digest of the whole file decides; this only finds out sooner what a guest's streams
 * have changed, so that a checksum does where the receiver can compute one.
 */
export type PartCheck = { readonly kind: 'crc32'; readonly crc32: number } | { readonly kind: 'sha256'; readonly sha256: string };

/** A part ready to be sent. */
export interface EncodedPart {
  readonly bytes: Uint8Array;
  readonly encoding: 'identity' | 'gzip';
  /** Of the part itself, not of how it is sent. */
  readonly sizeBytes: number;
  /** Likewise. */
  readonly check: PartCheck;
  /** Says that nobody looks at the bytes any more: the room is used again. Without it they are only garbage. */
  readonly release: () => void;
}

const LEVEL = 1;
/** Packing that spares less than this only costs time. */
const WORTH_PACKING = 0.95;
const SAMPLE_BYTES = 256 << 10;
/** Rooms that are kept: what two guests have under way. */
const MOST_SPARE_ROOMS = 8;
/** Packed parts that are kept for the next guest. */
const MOST_KEPT_BYTES = 128 << 20;

const compress = promisify(gzip);

/**
 * Parts of local files, read and packed once however many guests get them. Whether packing pays is decided by samples from the beginning, the
 * middle and the end. Parts that were not packed are read anew: the system keeps them.
 */
export class LocalParts {
  readonly #rooms = new PartRooms();
  readonly #shrinks = new Map<string, Promise<boolean>>();
  readonly #packed = new Map<string, Promise<EncodedPart>>();
  #keptBytes = 0;

  /** How many parts a file has. */
  countOf(file: LocalFile): number {
    return Math.ceil(file.sizeBytes / partBytes);
  }

  /** Part `index` as it is, read in one piece, with a check of that kind. Rejects with `file.unreadable`. */
  async encoded(file: LocalFile, index: number, kind: PartCheck['kind']): Promise<EncodedPart> {
    if (!(await this.#shrinksAtAll(file))) {
      // A file of one part is likely a small one, and parts at the end are few.
      if (file.sizeBytes < (index + 1) * partBytes) return plain(await this.read(file, index), kind);
      const room = this.#rooms.take();
      return { ...plain(await this.read(file, index, room), kind), release: () => this.#rooms.giveBack(room) };
    }
    const key = `${kind}:${file.sha256}:${index}`;
    const known = this.#packed.get(key);
    if (known !== undefined) return known;
    const made = this.read(file, index).then((bytes) => packed(bytes, kind));
    this.#packed.set(key, made);
    made.then(
      ({ bytes }) => this.#keep(bytes.length),
      () => this.#packed.delete(key),
    );
    return made;
  }

  /** The bytes of a part, in `room` where one is given; fewer than expected where the file has shrunk. */
  read(file: LocalFile, index: number, room?: Buffer): Promise<Buffer> {
    const offset = index * partBytes;
    const length = Math.min(partBytes, file.sizeBytes - offset);
    return readAt(file.path, offset, length, room ?? Buffer.allocUnsafe(length));
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

/** Room for parts that are read and sent. A fresh four megabytes for each makes V8 collect garbage all the time, and the system clear pages. */
class PartRooms {
  readonly #spare: Buffer[] = [];

  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(partBytes);
  }

  giveBack(room: Buffer): void {
    if (this.#spare.length < MOST_SPARE_ROOMS && !this.#spare.includes(room)) this.#spare.push(room);
  }
}

/** The check of a part's bytes. */
export function checkOf(bytes: Uint8Array, kind: PartCheck['kind']): PartCheck {
  switch (kind) {
    case 'crc32':
      return { kind, crc32: crc32(bytes) };
    case 'sha256':
      return { kind, sha256: createHash('sha256').update(bytes).digest('hex') };
  }
}

const plain = (bytes: Buffer, kind: PartCheck['kind']): EncodedPart => ({
  bytes,
  encoding: 'identity',
  sizeBytes: bytes.length,
  check: checkOf(bytes, kind),
  release: () => {},
});

async function packed(bytes: Buffer, kind: PartCheck['kind']): Promise<EncodedPart> {
  const smaller = await compress(bytes, { level: LEVEL });
  return smaller.length < bytes.length * WORTH_PACKING ? { ...plain(bytes, kind), bytes: smaller, encoding: 'gzip' } : plain(bytes, kind);
}

async function samplesShrink({ path, sizeBytes }: LocalFile): Promise<boolean> {
  const middles = sizeBytes <= 3 * SAMPLE_BYTES ? [0] : [0, Math.floor((sizeBytes - SAMPLE_BYTES) / 2), sizeBytes - SAMPLE_BYTES];
  const sampleBytes = middles.length === 1 ? sizeBytes : SAMPLE_BYTES;
  const sample = Buffer.concat(
    await Promise.all(middles.map((offset) => readAt(path, offset, sampleBytes, Buffer.allocUnsafe(sampleBytes)))),
  );
  return sample.length > 0 && (await compress(sample, { level: LEVEL })).length < sample.length * WORTH_PACKING;
}

async function readAt(path: LocalPath, offset: number, length: number, bytes: Buffer): Promise<Buffer> {
  try {
    await using handle = await open(path, 'r');
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
