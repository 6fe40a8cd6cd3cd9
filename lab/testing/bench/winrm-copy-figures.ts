import { median } from 'simple-statistics';
import type { CopyWay } from './comparators/copy-way.ts';
import { type Measurement, ratios, written } from './measurement.ts';
import type { CopyFigures, Lap } from './winrm-copy-rounds.ts';

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
    return [
      { group, label, unit: '×', values: ratios(upper.map(speedOf), lower.map(speedOf)), ...(atLeast === undefined ? {} : { atLeast }) },
    ];
  });
  const absolute = [...figures].map(([way, values]): Measurement => {
    const { label, mostBytes } = way;
    if (typeof values === 'string') return { group, label, unit: 'MB/s', values: [], note: values };
    const notes = [...(mostBytes === undefined ? [] : [`measured over the first ${mostBytes / 1e6} MB`]), ...cpuNote(values)];
    return { group, label, unit: 'MB/s', values: values.map(speedOf), ...(notes.length === 0 ? {} : { note: notes.join('; ') }) };
  });
  return [...compared, ...absolute];
}

const speedOf = ({ megabytesPerSecond }: Lap): number => megabytesPerSecond;

/** `CPU 0.91 + 1.02 + 0.35 s`: the median of the lab's, the endpoint's and the guest's processor time. */
function cpuNote(laps: readonly Lap[]): readonly string[] {
  const known = laps.flatMap(({ cpu }) => (cpu === undefined ? [] : [cpu]));
  if (known.length === 0) return [];
  const [lab, endpoint, guest] = (['lab', 'endpoint', 'guest'] as const).map((side) => written(median(known.map((cpu) => cpu[side]))));
  return [`CPU ${lab} + ${endpoint} + ${guest} s`];
}
