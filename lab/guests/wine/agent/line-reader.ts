/** Cuts a stream of bytes into lines; throws when one grows beyond `mostBytes`. Linear in what comes in, however it is cut. */
export class LineReader {
  readonly #mostBytes: number;
  #pieces: Buffer[] = [];
  #sizeBytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Takes the next bytes (copied where kept) and returns the lines they complete, without their ends. */
  push(bytes: Uint8Array): readonly string[] {
    const lines: string[] = [];
    let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      this.#keep(rest.subarray(0, end));
      lines.push(Buffer.concat(this.#pieces, this.#sizeBytes).toString('utf8'));
      this.#pieces = [];
      this.#sizeBytes = 0;
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) this.#keep(Buffer.from(rest));
    return lines;
  }

  #keep(piece: Buffer): void {
    this.#sizeBytes += piece.length;
    if (this.#sizeBytes > this.#mostBytes) throw new RangeError(`a line is longer than ${this.#mostBytes} bytes`);
    this.#pieces.push(piece);
  }
}
