import { markdownTable } from '../../cli/docs/markdown.ts';
import type { HostFacts } from '../../core/event.ts';
import { type Measurement, summarise, written } from './measurement.ts';

/** What one bench found out, with where and when. */
export interface BenchResult {
  readonly name: string;
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly about: string;
  readonly measurements: readonly Measurement[];
  readonly host: HostFacts;
  /** Processes that wanted a processor in the minute before: how quiet the machine was. Absent where the system does not tell. */
  readonly loadBefore?: number;
  /** Git commit of the lab. */
  readonly commit: string;
  /** UTC date. */
  readonly date: string;
}

const opening = (name: string): string => `<!-- bench:${name} -->`;
const closing = (name: string): string => `<!-- /bench:${name} -->`;

/** Puts the section of a bench into the page: in place of its last one, or at the end. */
export function withSection(page: string, result: BenchResult): string {
  const text = `${opening(result.name)}\n\n${section(result)}\n\n${closing(result.name)}`;
  const [start, end] = [page.indexOf(opening(result.name)), page.indexOf(closing(result.name))];
  if (start === -1 && end === -1) return `${page.trimEnd()}\n\n${text}\n`;
  if (start === -1 || end < start) throw new Error(`the markers of ${result.name} in the page are not in order`);
  return page.slice(0, start) + text + page.slice(end + closing(result.name).length);
}

function section({ title, about, measurements, host, loadBefore, commit, date }: BenchResult): string {
  const groups = [...new Set(measurements.map(({ group }) => group))];
  const tables = groups.flatMap((group) => [
    ...(group === undefined ? [] : [`### ${group}`]),
    table(measurements.filter((measurement) => measurement.group === group)),
  ]);
  const machine = `${host.logicalProcessors} processors, ${(host.memoryBytes / 2 ** 30).toFixed(0)} GiB, ${host.os}, kernel ${host.kernel}, Node ${host.node}`;
  const load = loadBefore === undefined ? '' : `, with a load of ${loadBefore.toFixed(1)} before`;
  return [`## ${title}`, about, ...tables, `Measured on ${date} at commit ${commit} on ${machine}${load}.`].join('\n\n');
}

function table(measurements: readonly Measurement[]): string {
  const rows = measurements.map((measurement) => {
    const { label, unit, values, note = '' } = measurement;
    const summary = summarise(measurement);
    if (summary === undefined) return [label, 'n/a', '', '', '', note];
    const { median, least, most, aim } = summary;
    const spread = values.length === 1 ? '' : `${written(least)} to ${written(most)}`;
    return [label, `${written(median)} ${unit}`, spread, String(values.length), aim, note];
  });
  return markdownTable(['What', 'Median', 'Spread', 'Rounds', 'Aim', 'Remark'], rows);
}
