/** Bytes that were taken from a budget, to be given back once. */
export interface TakenBytes {
  readonly giveBack: () => void;
}

interface Waiting {
  readonly bytes: number;
  readonly take: () => void;
}

/**
 * Bytes that copies of all guests together may have under way. Guests take turns: the next bytes go to the guest that has waited longest since its
 * last turn, and within a guest in the order asked, so that a small file of one never waits for a large one of another. What is larger than the
 * whole budget passes when nothing else is under way.
 */
export class FairBudget {
  readonly #mostBytes: number;
  /** Guests with somebody waiting, in the order of their turns. */
  readonly #guests = new Map<object, Waiting[]>();
  #underWayBytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Rejects with the signal's reason when it aborts first; nothing was taken then. */
  take(guest: object, bytes: number, signal: AbortSignal): Promise<TakenBytes> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        bytes,
        take: () => {
          signal.removeEventListener('abort', leave);
          resolve(this.#taken(bytes));
        },
      };
      const leave = (): void => {
        this.#forget(guest, waiting);
        reject(signal.reason);
        this.#handOut();
      };
      signal.addEventListener('abort', leave, { once: true });
      const queue = this.#guests.get(guest);
      if (queue) queue.push(waiting);
      else this.#guests.set(guest, [waiting]);
      this.#handOut();
    });
  }

  #taken(bytes: number): TakenBytes {
    let back = false;
    return {
      giveBack: () => {
        if (back) return;
        back = true;
        this.#underWayBytes -= bytes;
        this.#handOut();
      },
    };
  }

  #handOut(): void {
    for (let first = this.#first(); first !== undefined; first = this.#first()) {
      const [guest, waiting] = first;
      if (this.#underWayBytes > 0 && this.#underWayBytes + waiting.bytes > this.#mostBytes) return;
      this.#underWayBytes += waiting.bytes;
      this.#forget(guest, waiting);
      // To the end of the row.
      const rest = this.#guests.get(guest);
      if (rest && this.#guests.delete(guest)) this.#guests.set(guest, rest);
      waiting.take();
    }
  }

  #first(): readonly [object, Waiting] | undefined {
    for (const [guest, [waiting]] of this.#guests) if (waiting) return [guest, waiting];
    return undefined;
  }

  #forget(guest: object, waiting: Waiting): void {
    const queue = this.#guests.get(guest);
    if (queue === undefined) return;
    const at = queue.indexOf(waiting);
    if (at !== -1) queue.splice(at, 1);
    if (queue.length === 0) this.#guests.delete(guest);
  }
}
