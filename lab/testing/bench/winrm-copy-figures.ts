import type { CopyWay } from './comparators/copy-way.ts';
import { type Measurement, ratios } from './measurement.ts';
import type { CopyFigures } from './winrm-copy-rounds.ts';

/** How many times as fast one way must be as another. */
export interface CopyAim {
  readonly way: CopyWay;
  readonly over: CopyWay;
  readonly atLeast?: number;
}

/** The rows of one race: first the ratios, each of two values of the same round, then what they are ratios of. */
export function copyRows(group: string, figures: CopyFigures, aims: readonly CopyAim[]): readonly Measurement[] {
  const compared = aims.flatMap(({ way, over, atLeast }): readonly Measurement[] => {
    const [upper, lower] = [figures.get(way), figures.get(over)];
    if (upper === undefined || lower === undefined) return [];
    const label = `${way.label} over ${over.label}`;
    const reason = [upper, lower].find((side) => typeof side === 'string');
    if (typeof upper === 'string' || typeof lower === 'string') return [{ group, label, unit: '×', values: [], note: String(reason) }];
    return [{ group, label, unit: '×', values: ratios(upper, lower), ...(atLeast === undefined ? {} : { atLeast }) }];
  });
  const absolute = [...figures].map(([way, values]): Measurement => {
    const { label, mostBytes } = way;
    if (typeof values === 'string') return { group, label, unit: 'MB/s', values: [], note: values };
    const note = mostBytes === undefined ? {} : { note: `measured over the first ${mostBytes / 1e6} MB` };
    return { group, label, unit: 'MB/s', values, ...note };
  });
  return [...compared, ...absolute];
}
