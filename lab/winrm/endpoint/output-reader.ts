import type { OutputChunk } from '../messages/receive.ts';
import type { GuestProcess } from '../../core/guest-processes.ts';

/** What one look at the output brought. */
export interface Collected {
  readonly chunks: readonly OutputChunk[];
  /** Set once everything has been read and the process has ended. */
  readonly exitCode: number | undefined;
}

/**
 * Reads a process' output only when asked: what is not asked for stays at the process. At most one chunk beyond what was asked for is held.
 */
export class OutputReader {
  readonly #iterator: AsyncIterator<OutputChunk>;
  readonly #exited: Promise<number>;
  /** The read under way. It outlives a time-out and serves the next look. */
  #pending: Promise<void> | undefined;
  #ready: OutputChunk | undefined;
  #exitCode: number | undefined;

  constructor(process: GuestProcess) {
    this.#iterator = process.output[Symbol.asyncIterator]();
    this.#exited = process.exited;
  }

  /**
   * Waits until there is output or the end, or `stop` aborts, and takes up to `mostBytes` of what is there then. No chunks and no exit code mean
   * that it was stopped first.
   */
  async collect(mostBytes: number, stop: AbortSignal): Promise<Collected> {
    const chunks: OutputChunk[] = [];
    let room = mostBytes;
    await this.#wait(stop);
    while (room > 0 && this.#ready !== undefined) {
      const { stream, bytes } = this.#ready;
      const taken = bytes.subarray(0, room);
      this.#ready = taken.byteLength < bytes.byteLength ? { stream, bytes: bytes.subarray(taken.byteLength) } : undefined;
      if (taken.byteLength > 0) chunks.push({ stream, bytes: taken });
      room -= taken.byteLength;
      if (this.#ready === undefined && room > 0) await this.#wait(nextTurn());
    }
    return { chunks, exitCode: this.#ready === undefined ? this.#exitCode : undefined };
  }

  /** Gives the output up; the process may then write into nothing. */
  close(): void {
    this.#iterator.return?.()?.catch(() => {});
  }

  /** Resolves when there is a chunk, the end, or `stop` aborts. */
  #wait(stop: AbortSignal): Promise<void> {
    if (this.#ready !== undefined || this.#exitCode !== undefined || stop.aborted) return Promise.resolve();
    this.#pending ??= this.#read().finally(() => {
      this.#pending = undefined;
    });
    const pending = this.#pending;
    return new Promise((resolve) => {
      const settle = (): void => {
        stop.removeEventListener('abort', settle);
        resolve();
      };
      stop.addEventListener('abort', settle, { once: true });
      void pending.then(settle);
    });
  }

  async #read(): Promise<void> {
    // A process whose pipes break ends all the same; its exit code says how.
    const next = await this.#iterator.next().catch(() => ({ done: true }) as const);
    if (next.done) this.#exitCode = (await this.#exited) >>> 0;
    else this.#ready = next.value;
  }
}

/** Aborts once what is already on its way has had a turn of the event loop to arrive. */
function nextTurn(): AbortSignal {
  const controller = new AbortController();
  setImmediate(() => setImmediate(() => controller.abort()));
  return controller.signal;
}
