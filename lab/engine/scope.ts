import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import { callWithin } from './deadline.ts';

/**
 * What has to be undone. Each release is registered before the thing it undoes is started, releases run in reverse order, each with a fresh
 * deadline of its own (an expired or interrupted run must still clean up), and one that fails does not keep the others from running.
 */
export class Scope implements AsyncDisposable {
  readonly #releases: { readonly what: string; readonly release: (call: Call) => Promise<void> }[] = [];
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onFailure: (what: string, error: unknown) => void;
  #closing: Promise<void> | undefined;

  /** `onFailure` hears of each release that threw or ran out of time. */
  constructor(clock: Clock, limitMs: number, onFailure: (what: string, error: unknown) => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onFailure = onFailure;
  }

  /** Registers a release. On a scope that is closing already it runs at once. */
  defer(what: string, release: (call: Call) => Promise<void>): void {
    this.#releases.push({ what, release });
    if (this.#closing) this.#closing = this.#closing.then(() => this.#drain());
  }

  /** Runs every release. Calling it again waits for the same end. */
  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #drain(): Promise<void> {
    for (let next = this.#releases.pop(); next !== undefined; next = this.#releases.pop()) {
      using call = callWithin(this.#limitMs, next.what, this.#clock);
      try {
        await next.release(call);
      } catch (error) {
        this.#onFailure(next.what, error);
      }
    }
  }
}
