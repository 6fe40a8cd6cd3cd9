import type { Random } from './random.ts';

/** What is sent in one go: data, so that a failing case can be cut down and written out. */
export interface FuzzCase {
  /** What it sets out from, for people: `Create`, `answer to Receive`. */
  readonly about: string;
  /** Sent one after another. */
  readonly messages: readonly Buffer[];
}

/** One end of the protocol, or a part of one, that messages are thrown at. */
export interface FuzzTarget extends AsyncDisposable {
  readonly name: string;
  /** Cases that may be under way at a time. */
  readonly atOnce: number;
  /** Makes a case, out of nothing but the random numbers. */
  readonly make: (random: Random) => FuzzCase;
  /** Sends a case. Resolves with what went wrong, a sentence, or with `undefined`; it also rejects when something did. */
  readonly send: (one: FuzzCase) => Promise<string | undefined>;
  /** How many mutated messages were really sent so far: of a case some are healthy, and what comes first may keep the others from their turn. */
  readonly mutated: () => number;
  /** Resolves with what is wrong when a healthy counterpart is not served as if nothing had happened. */
  readonly checkHealth: () => Promise<string | undefined>;
}
