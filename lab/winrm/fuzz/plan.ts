import type { Random } from './random.ts';

/**
 * A mutation that is carried out only once there is something to mutate: messages that hold keys, challenges or ids of the moment cannot be made
 * beforehand. As bytes it is a message of a case, so that cases stay data.
 */
export interface Plan {
  /** What is mutated. */
  readonly what: string;
  /** Seed of how. */
  readonly seed: number;
}

export const makePlan = (random: Random, what: string): Buffer =>
  Buffer.from(JSON.stringify({ what, seed: random.below(2 ** 32) } satisfies Plan));

/** Reads a plan; `undefined` for what a shrunk case makes of one. */
export function readPlan(bytes: Buffer): Plan | undefined {
  // {"what":"challenge","seed":123}
  const match = /^\{"what":"([^"]*)","seed":(\d+)\}$/.exec(bytes.toString());
  return match ? { what: match[1] ?? '', seed: Number(match[2]) } : undefined;
}
