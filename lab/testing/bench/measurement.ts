import { max, median, min } from 'simple-statistics';

/** One quantity, measured several times in the same way. */
export interface Measurement {
  readonly label: string;
  /** `s`, `ms` or `×` (a ratio). */
  readonly unit: string;
  /** One value a round, in the order they were taken. Never empty. */
  readonly values: readonly number[];
  /** What the value must stay at or below. */
  readonly limit?: number;
  readonly note?: string;
}

/** A measurement in numbers that can be written down. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** Whether the median keeps the limit; `undefined` without one. */
  readonly kept: boolean | undefined;
}

export function summarise({ values, limit }: Measurement): Summary {
  const middle = median([...values]);
  return { median: middle, least: min([...values]), most: max([...values]), kept: limit === undefined ? undefined : middle <= limit };
}

/**
 * Ratios of two quantities that were measured in turn (A B A B …): each pair gives one, so what disturbs the machine for a while disturbs both
 * sides of a pair and not the ratio.
 */
export const ratios = (over: readonly number[], under: readonly number[]): readonly number[] =>
  over.map((value, index) => value / (under[index] as number));

/** A number as it stands in a table: three significant digits, at most two decimals. */
export const written = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
