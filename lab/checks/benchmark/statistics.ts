import { median, medianAbsoluteDeviation, quantile, sampleWithReplacement } from 'simple-statistics';

/** What a series of durations or figures comes to. */
export interface Summary {
  readonly n: number;
  readonly median: number;
  /** Median absolute deviation from the median. */
  readonly deviation: number;
  /** 95 % interval of the median, by bootstrap. */
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;

/** Any number does; the same numbers must give the same interval in every run and on every machine. */
const SEED = 0x51ed_270b;

/** Summarizes a series; `undefined` for an empty one. Pure: the same values give the same summary. */
export function summarize(values: readonly number[]): Summary | undefined {
  if (values.length === 0) return undefined;
  const list = [...values];
  const random = seeded(SEED);
  const medians = Array.from({ length: RESAMPLES }, () => median(sampleWithReplacement(list, list.length, random)));
  return {
    n: list.length,
    median: median(list),
    deviation: medianAbsoluteDeviation(list),
    low: quantile(medians, 0.025),
    high: quantile(medians, 0.975),
  };
}

/** How far the medians of two series of the same thing lie apart, as a fraction of the smaller; infinite when one is empty or zero. */
export function noiseBetween(one: readonly number[], other: readonly number[]): number {
  if (one.length === 0 || other.length === 0) return Infinity;
  const [a, b] = [median([...one]), median([...other])];
  const smaller = Math.min(a, b);
  return smaller > 0 ? Math.abs(a - b) / smaller : Infinity;
}

/** Numbers in [0, 1) that follow from the seed alone (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
