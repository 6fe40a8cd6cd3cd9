/** Messages below this cost no more than they are worth. */
const WORTH_KEEPING_BYTES = 64 << 10;
/** Capacities are whole multiples of this, so that messages of nearly the same size fit where another one was. */
const STEP_BYTES = 64 << 10;
/** One on its way and one being prepared. */
const USUALLY_SPARE = 2;

/**
 * Buffers that the large messages of one connection take turns in. A fresh buffer for every half megabyte makes V8 collect garbage all the time.
 * Those of a connection stay with it: should a message still be on its way when its buffer is filled anew, only the other end it was for reads that.
 * At most `most` wait to be used again.
 */
export class SpareBuffers {
  readonly #most: number;
  #spare: readonly ArrayBuffer[] = [];

  constructor(most = USUALLY_SPARE) {
    this.#most = most;
  }

  /** A buffer of exactly that size, with anything in it. */
  readonly take = (sizeBytes: number): Buffer => {
    if (sizeBytes < WORTH_KEEPING_BYTES) return Buffer.allocUnsafe(sizeBytes);
    const found = this.#spare.find(({ byteLength }) => byteLength >= sizeBytes);
    this.#spare = this.#spare.filter((spare) => spare !== found);
    return Buffer.from(found ?? new ArrayBuffer(Math.ceil(sizeBytes / STEP_BYTES) * STEP_BYTES), 0, sizeBytes);
  };

  /** Takes a buffer of {@link take} back. Nobody may look at it afterwards. */
  giveBack(buffer: Uint8Array): void {
    const { buffer: whole } = buffer;
    if (buffer.length < WORTH_KEEPING_BYTES || !(whole instanceof ArrayBuffer)) return;
    // The largest stay: they fit whatever comes.
    this.#spare = [...this.#spare, whole].toSorted((a, b) => b.byteLength - a.byteLength).slice(0, this.#most);
  }
}
