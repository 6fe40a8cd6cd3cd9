import { createHash } from 'node:crypto';

/** Repeatable randomness: the same seed gives the same numbers on every machine. Never for anything secret. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** The numbers of one case, which depend on no other case. */
  static of(...seeds: readonly (string | number)[]): Random {
    return new Random(createHash('sha256').update(seeds.join('\0')).digest().readUInt32LE());
  }

  /** A whole number from 0 to `limit`, which is not among them. */
  below(limit: number): number {
    // Mulberry32.
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  /** `true` once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** Small numbers often, large ones seldom: 1 to about `most`. */
  size(most: number): number {
    return 1 + this.below(2 ** (1 + this.below(Math.ceil(Math.log2(most)))));
  }

  bytes(sizeBytes: number): Buffer {
    const bytes = Buffer.allocUnsafe(sizeBytes);
    for (let at = 0; at < sizeBytes; at++) bytes[at] = this.below(256);
    return bytes;
  }
}
