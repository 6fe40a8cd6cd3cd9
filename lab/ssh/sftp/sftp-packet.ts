import { attributeFlags, statusCodes } from './sftp-protocol.ts';
import { SftpFailure } from './sftp-failure.ts';

/** What of a file's attributes either end uses; owners and extensions are read over. */
export interface FileAttributes {
  readonly sizeBytes?: number;
  /** Kind and rights as POSIX has them. */
  readonly mode?: number;
  /** Seconds since 1970. */
  readonly times?: { readonly accessed: number; readonly modified: number };
}

/** Reads the fields of one packet in order; throws `badMessage` when one is not there. */
export class PacketFields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  uint32(): number {
    this.#need(4);
    this.#at += 4;
    return this.#bytes.readUInt32BE(this.#at - 4);
  }

  /** An offset or a size. Beyond 2^53 no file has bytes. */
  uint64(): number {
    const value = this.uint32() * 2 ** 32 + this.uint32();
    if (!Number.isSafeInteger(value)) throw new SftpFailure(statusCodes.failure, 'the offset is too large');
    return value;
  }

  /** A view of the packet. */
  bytes(): Buffer {
    const sizeBytes = this.uint32();
    this.#need(sizeBytes);
    this.#at += sizeBytes;
    return this.#bytes.subarray(this.#at - sizeBytes, this.#at);
  }

  text(): string {
    return this.bytes().toString('utf8');
  }

  attributes(): FileAttributes {
    const flags = this.uint32();
    const sizeBytes = flags & attributeFlags.size ? this.uint64() : undefined;
    if (flags & attributeFlags.owner) {
      this.uint32();
      this.uint32();
    }
    const mode = flags & attributeFlags.permissions ? this.uint32() : undefined;
    const times = flags & attributeFlags.times ? { accessed: this.uint32(), modified: this.uint32() } : undefined;
    return {
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(mode === undefined ? {} : { mode }),
      ...(times === undefined ? {} : { times }),
    };
  }

  /** Everything that is left, as a view. */
  rest(): Buffer {
    const bytes = this.#bytes.subarray(this.#at);
    this.#at = this.#bytes.length;
    return bytes;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  #need(sizeBytes: number): void {
    if (this.#at + sizeBytes > this.#bytes.length) throw new SftpFailure(statusCodes.badMessage, 'the packet is cut off');
  }
}

/** An unsigned 32-bit number. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** An unsigned 64-bit number. */
export function uint64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** Text or bytes with their length before them. */
export function string(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([uint32(bytes.length), bytes]);
}
