import type { WinrmConfig } from '../messages/config-schema.ts';
import { sendBytesFor } from '../messages/send.ts';

/** MaxEnvelopeSizekb of a Windows that nobody has changed. */
const DEFAULT_BYTES = 512_000;
/** More makes nothing faster, and bounds what an answer may hold. */
const MOST_BYTES = 1_000_000;
/** DSP0226 6.2 lets no service offer less. */
const LEAST_BYTES = 8192;
/** A Send that is refused with so few bytes is not refused for its size. */
const LEAST_SEND_BYTES = 3072;

/** How large the messages to one host may be: what Windows allows by default, until the host says or shows otherwise. */
export class EnvelopeLimit {
  #bytes = DEFAULT_BYTES;
  #sendBytes = sendBytesFor(DEFAULT_BYTES);

  /** Of a whole message, and of the answers that are asked for. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Raw bytes of one Send. */
  get sendBytes(): number {
    return this.#sendBytes;
  }

  /** Takes what the host's settings say. */
  learn({ maxEnvelopeSizeKb }: WinrmConfig): void {
    if (maxEnvelopeSizeKb === undefined) return;
    this.#bytes = Math.min(MOST_BYTES, Math.max(LEAST_BYTES, maxEnvelopeSizeKb * 1024));
    this.#sendBytes = sendBytesFor(this.#bytes);
  }

  /** Takes it that a Send of so many raw bytes was too large: half is allowed from now on. False when that can not have been the reason. */
  refused(sentBytes: number): boolean {
    if (sentBytes <= LEAST_SEND_BYTES) return false;
    const half = Math.floor(sentBytes / 6) * 3;
    this.#sendBytes = Math.min(this.#sendBytes, Math.max(LEAST_SEND_BYTES, half));
    return true;
  }
}
