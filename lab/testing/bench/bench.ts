import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { LocalPath } from '../../core/ids.ts';
import { callUntil } from '../../engine/deadline.ts';
import { hostFacts } from '../../host/host-facts.ts';
import { sourceRevision } from '../../host/source-revision.ts';
import { anivaultLog } from './anivault-log.ts';
import { anivaultScan } from './anivault-scan.ts';
import { anivaultStart } from './anivault-start.ts';
import type { Bench } from './bench-definition.ts';
import { build } from './build.ts';
import { guestReady } from './guest-ready.ts';
import { labCold } from './lab-cold.ts';
import { labWarm } from './lab-warm.ts';
import { type Measurement, summarise, written } from './measurement.ts';
import { withSection } from './performance-page.ts';
import { winrmCommands } from './winrm-commands.ts';
import { winrmCopy } from './winrm-copy.ts';
import { winrmSealing } from './winrm-sealing.ts';
import { winrmSmallFiles } from './winrm-small-files.ts';

const USAGE = `Usage: npm run bench [-- NAME…] [-- --rounds N] [-- --dry]

Measures, and writes docs/reference/performance.md. Benches that need the network or long run only when they are named; "winrm" and "anivault" name all of one.
  --rounds N  how often each thing is measured (5, or 3 where it takes long)
  --quick     one round of less, and nothing is written
  --dry       shows the figures and writes nothing
`;

/** Every bench, in the order they run. */
const benches: readonly Bench[] = [
  guestReady,
  labWarm,
  labCold,
  build,
  winrmCopy,
  winrmSmallFiles,
  winrmCommands,
  winrmSealing,
  anivaultStart,
  anivaultLog,
  anivaultScan,
];

const USUAL_ROUNDS = 5;

const isNamed = (bench: Bench, names: readonly string[]): boolean =>
  names.length === 0 ? !bench.onlyByName : names.some((name) => name === bench.name || name === bench.family);

/** `npm run bench`: runs the named benches, or all that need no network, and writes each one's section of the page as it ends. */
async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      dry: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const wanted = values.rounds === undefined ? undefined : Number(values.rounds);
  const unknown = positionals.find((name) => !benches.some((bench) => isNamed(bench, [name])));
  if (values.help || unknown !== undefined || (wanted !== undefined && (!Number.isInteger(wanted) || wanted < 1))) {
    const known = benches
      .map(({ name, title, onlyByName }) => `  ${name.padEnd(18)}${title}${onlyByName ? ' (only when named)' : ''}`)
      .join('\n');
    process.stdout.write(`${unknown === undefined ? '' : `There is no bench ${unknown}.\n`}${USAGE}\n${known}\n`);
    return values.help ? 0 : 2;
  }
  const root = path.resolve(import.meta.dirname, '..', '..', '..') as LocalPath;
  const page = path.join(root, 'docs', 'reference', 'performance.md');
  const call = callUntil(signal);
  const host = await hostFacts();
  const say = (line: string): void => void process.stdout.write(`  ${line}\n`);
  for (const bench of benches) {
    if (!isNamed(bench, positionals)) continue;
    process.stdout.write(`${bench.title}\n`);
    const rounds = values.quick ? 1 : (wanted ?? bench.usualRounds ?? USUAL_ROUNDS);
    const [loadBefore] = os.loadavg();
    const measurements = await bench.measure({ root, rounds, quick: values.quick, call, say });
    for (const line of inLines(measurements)) say(line);
    if (values.dry || values.quick) continue;
    const commit = await sourceRevision(root, call);
    const result = {
      ...bench,
      measurements,
      host,
      ...(loadBefore === undefined ? {} : { loadBefore }),
      commit,
      date: new Date().toISOString().slice(0, 10),
    };
    await writeFile(page, withSection(await readFile(page, 'utf8'), result));
  }
  return 0;
}

/** Figures for the terminal. */
const inLines = (measurements: readonly Measurement[]): readonly string[] =>
  measurements.map((measurement) => {
    const { label, unit, group, note } = measurement;
    const name = `${group === undefined ? '' : `${group}: `}${label}`;
    const summary = summarise(measurement);
    if (summary === undefined) return `${name}: n/a (${note})`;
    const { median, least, most, aim } = summary;
    return `${name}: ${written(median)} ${unit} (${written(least)} to ${written(most)})${aim && `  aim ${aim.replaceAll('*', '')}`}`;
  });

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
process.exitCode = await main(process.argv.slice(2), stop.signal);
