import { max, median, min } from 'simple-statistics';

/** One quantity, measured several times in the same way. */
export interface Measurement {
  readonly label: string;
  /** `s`, `ms`, `MB/s` (10⁶ bytes), `%` or `×` (a ratio). */
  readonly unit: string;
  /** One value a round, in the order they were taken. Empty for what cannot be had; `note` says why. */
  readonly values: readonly number[];
  /** What the median must stay at or below. */
  readonly limit?: number;
  /** What the median must reach. */
  readonly atLeast?: number;
  readonly note?: string;
  /** Measurements of one group stand together in a table of their own under this heading. */
  readonly group?: string;
}

/** A measurement in numbers that can be written down. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** `≤ 1.5 s, kept`, or nothing where there is no aim. */
  readonly aim: string;
}

/** `undefined` for what could not be had. */
export function summarise({ values, unit, limit, atLeast }: Measurement): Summary | undefined {
  if (values.length === 0) return undefined;
  const middle = median([...values]);
  const kept = (limit === undefined || middle <= limit) && (atLeast === undefined || middle >= atLeast);
  const bounds = [...(limit === undefined ? [] : [`≤ ${limit}`]), ...(atLeast === undefined ? [] : [`≥ ${atLeast}`])];
  const aim = bounds.length === 0 ? '' : `${bounds.join(' and ')} ${unit}, ${kept ? 'kept' : '**not kept**'}`;
  return { median: middle, least: min([...values]), most: max([...values]), aim };
}

/**
 * Ratios of two quantities that were measured in turn (A B A B …): each pair gives one, so what disturbs the machine for a while disturbs both
 * sides of a pair and not the ratio.
 */
export const ratios = (over: readonly number[], under: readonly number[]): readonly number[] =>
  over.map((value, index) => value / (under[index] as number));

/** The list, begun one place later each round, so that no place in the order is always the same one's. */
export function rotated<T>(list: readonly T[], round: number): readonly T[] {
  const by = list.length === 0 ? 0 : round % list.length;
  return [...list.slice(by), ...list.slice(0, by)];
}

/** A number as it stands in a table: three significant digits, at most two decimals. */
export const written = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
