import { windowsFaults } from '../faults/windows-faults.ts';
import type { GuestProcess } from '../../core/guest-processes.ts';

/** Taken ahead of the process: about three Sends, so that the next is on its way while the last is written. */
const MOST_AHEAD_BYTES = 1_200_000;

/** A process' standard input. Takes a Send whole or not at all, so that a client that is refused knows that nothing went in. */
export class StdinQueue {
  readonly #process: GuestProcess;
  #aheadBytes = 0;
  #tail: Promise<void> = Promise.resolve();
  #broken = false;
  #ended = false;
  readonly #over: Promise<void>;
  readonly #waiting = new Set<() => void>();

  constructor(process: GuestProcess) {
    this.#process = process;
    this.#over = process.exited.then(() => this.#changed(true));
  }

  #changed(broken: boolean): void {
    this.#broken ||= broken;
    for (const wake of this.#waiting) wake();
  }

  /**
   * Takes the bytes when there is room within `timeoutMs`. Throws a Refusal: the pipe is closed, or the process reads too slowly. `written` hears
   * when the process has taken them and their room is free; when that cannot be told, never.
   */
  async take(bytes: Uint8Array, end: boolean, timeoutMs: number, gone: AbortSignal, written: () => void): Promise<void> {
    // A Send larger than the limit is taken when nothing else is ahead.
    while (!this.#broken && this.#aheadBytes > 0 && this.#aheadBytes + bytes.byteLength > MOST_AHEAD_BYTES) {
      if (!(await this.#change(timeoutMs, gone))) throw windowsFaults.timedOut();
    }
    if (this.#broken || this.#ended) throw windowsFaults.pipeEnded();
    this.#aheadBytes += bytes.byteLength;
    this.#ended = end;
    const write = async (): Promise<void> => {
      if (this.#broken) return;
      try {
        // A pipe may never answer once its process has ended.
        if (bytes.byteLength > 0) await Promise.race([this.#process.write(bytes).then(written), this.#over]);
        if (end) await Promise.race([this.#process.end(), this.#over]);
        this.#aheadBytes -= bytes.byteLength;
        this.#changed(false);
      } catch {
        this.#changed(true);
      }
    };
    this.#tail = this.#tail.then(write);
    // The end is told only once everything before it is written: whoever sent it may go away after that.
    if (end) await this.#tail;
  }

  /** Waits for a change; false when the time is over. */
  #change(timeoutMs: number, gone: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), timeoutMs);
      const leave = (): void => settle(false);
      const wake = (): void => settle(true);
      const settle = (room: boolean): void => {
        clearTimeout(timer);
        gone.removeEventListener('abort', leave);
        this.#waiting.delete(wake);
        resolve(room);
      };
      this.#waiting.add(wake);
      gone.addEventListener('abort', leave, { once: true });
    });
  }
}
