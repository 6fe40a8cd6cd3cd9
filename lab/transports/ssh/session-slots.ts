/** How many channels may be open on one connection. Handed over in the order asked. */
export class SessionSlots {
  #most: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves with what gives the slot back; rejects with the signal's reason. */
  async acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#taken < this.#most) this.#taken++;
    else await this.#turn(signal);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#handOver();
    };
  }

  /** The server refused one more: as many as are open now are all there will be. False when none is open. */
  narrow(): boolean {
    if (this.#taken === 0) return false;
    this.#most = this.#taken;
    return true;
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const take = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(signal.reason);
      };
      this.#waiting.push(take);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #handOver(): void {
    const next = this.#taken <= this.#most ? this.#waiting.shift() : undefined;
    if (next) next();
    else this.#taken--;
  }
}
