import type { OutputChunk, OutputStream } from '../messages/receive.ts';

/**
 * Turns a command's output into text as it arrives. Chunks end anywhere, also within a character; each stream keeps what is not whole yet.
 * Bytes that are no text become U+FFFD.
 */
export class OutputText {
  readonly #decoders: Readonly<Record<OutputStream, TextDecoder>>;

  /** `encoding` as the Encoding Standard names it; the shell's code page decides. */
  constructor(encoding = 'utf-8') {
    this.#decoders = { stdout: new TextDecoder(encoding), stderr: new TextDecoder(encoding) };
  }

  /** The characters that are whole with this chunk. */
  add({ stream, bytes }: OutputChunk): string {
    return this.#decoders[stream].decode(bytes, { stream: true });
  }

  /** What was left over when a stream ended: nothing, or U+FFFD for a character that was never completed. */
  end(stream: OutputStream): string {
    return this.#decoders[stream].decode();
  }
}
