/** A frame as it came: its head, and the bytes after it where the head's `dataBytes` says that there are any. */
export interface RawFrame {
  readonly head: unknown;
  readonly data: Buffer | undefined;
}

/**
 * Cuts a stream of bytes into frames: a head (JSON, one line), and right behind its end as many bytes as its `dataBytes` says. Throws when a head grows
 * beyond `mostHeadBytes`, is not JSON, or announces anything but 1 to `mostDataBytes`. Linear in what comes in, however it is cut.
 */
export class FrameReader {
  readonly #mostHeadBytes: number;
  readonly #mostDataBytes: number;
  readonly #room: (sizeBytes: number) => Buffer;
  #pieces: Buffer[] = [];
  #headBytes = 0;
  /** The frame whose data is under way, and how much of that is there. */
  #open: { readonly head: unknown; readonly data: Buffer } | undefined;
  #filled = 0;

  /** `room`: where the bytes of a frame go; fresh for each when absent. */
  constructor(
    mostHeadBytes: number,
    mostDataBytes: number,
    room: (sizeBytes: number) => Buffer = (sizeBytes) => Buffer.allocUnsafe(sizeBytes),
  ) {
    this.#mostHeadBytes = mostHeadBytes;
    this.#mostDataBytes = mostDataBytes;
    this.#room = room;
  }

  /** Where the next bytes belong, for who can read them right there; `undefined` where a head comes next. Tell {@link filled} how many came. */
  get missing(): Buffer | undefined {
    return this.#open?.data.subarray(this.#filled);
  }

  /** Takes it that so many bytes were put where {@link missing} said; the frame when it is whole now. */
  filled(count: number): RawFrame | undefined {
    this.#filled += count;
    if (this.#open === undefined || this.#filled < this.#open.data.length) return undefined;
    const whole = this.#open;
    this.#open = undefined;
    return whole;
  }

  /** Takes the next bytes (copied where kept) and returns the frames they complete. */
  push(bytes: Uint8Array): readonly RawFrame[] {
    const frames: RawFrame[] = [];
    let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    while (rest.length > 0) {
      if (this.#open !== undefined) {
        const taken = rest.copy(this.#open.data, this.#filled);
        rest = rest.subarray(taken);
        const whole = this.filled(taken);
        if (whole !== undefined) frames.push(whole);
        continue;
      }
      const end = rest.indexOf(10);
      if (end < 0) {
        this.#keep(Buffer.from(rest));
        return frames;
      }
      this.#keep(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      const head: unknown = JSON.parse(Buffer.concat(this.#pieces, this.#headBytes).toString('utf8'));
      this.#pieces = [];
      this.#headBytes = 0;
      const dataBytes = dataBytesOf(head, this.#mostDataBytes);
      if (dataBytes === undefined) frames.push({ head, data: undefined });
      else {
        this.#open = { head, data: this.#room(dataBytes) };
        this.#filled = 0;
      }
    }
    return frames;
  }

  #keep(piece: Buffer): void {
    this.#headBytes += piece.length;
    if (this.#headBytes > this.#mostHeadBytes) throw new RangeError(`a head is longer than ${this.#mostHeadBytes} bytes`);
    this.#pieces.push(piece);
  }
}

function dataBytesOf(head: unknown, most: number): number | undefined {
  if (typeof head !== 'object' || head === null || !('dataBytes' in head)) return undefined;
  const { dataBytes } = head;
  if (typeof dataBytes !== 'number' || !Number.isSafeInteger(dataBytes) || dataBytes < 1 || dataBytes > most)
    throw new RangeError(`a frame announces ${JSON.stringify(dataBytes)?.slice(0, 40)} bytes`);
  return dataBytes;
}

/** The head of a frame as it goes over the wire. */
export const headOf = (frame: object): Buffer => Buffer.from(`${JSON.stringify(frame)}\n`);
