import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { LocalPath } from '../../core/ids.ts';
import { callUntil } from '../../engine/deadline.ts';
import { hostFacts } from '../../host/host-facts.ts';
import { sourceRevision } from '../../host/source-revision.ts';
import type { Bench } from './bench-definition.ts';
import { guestReady } from './guest-ready.ts';
import { labCold } from './lab-cold.ts';
import { labWarm } from './lab-warm.ts';
import { summarise, written } from './measurement.ts';
import { withSection } from './performance-page.ts';

const USAGE = `Usage: npm run bench [-- NAME…] [-- --rounds N] [-- --dry]

Measures, and writes docs/reference/performance.md. Benches that need the network run only when they are named.
  --rounds N  how often each thing is measured (5)
  --dry       shows the figures and writes nothing
`;

/** Every bench, in the order they run. */
const benches: readonly Bench[] = [guestReady, labWarm, labCold];

/** `npm run bench`: runs the named benches, or all that need no network, and writes each one's section of the page as it ends. */
async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      dry: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  const unknown = positionals.find((name) => benches.every((bench) => bench.name !== name));
  if (values.help || unknown !== undefined || !Number.isInteger(rounds) || rounds < 1) {
    const known = benches
      .map(({ name, title, onlyByName }) => `  ${name.padEnd(12)}${title}${onlyByName ? ' (only when named)' : ''}`)
      .join('\n');
    process.stdout.write(`${unknown === undefined ? '' : `There is no bench ${unknown}.\n`}${USAGE}\n${known}\n`);
    return values.help ? 0 : 2;
  }
  const root = path.resolve(import.meta.dirname, '..', '..', '..') as LocalPath;
  const page = path.join(root, 'docs', 'reference', 'performance.md');
  const call = callUntil(signal);
  const host = await hostFacts();
  for (const bench of benches) {
    if (positionals.length === 0 ? bench.onlyByName : !positionals.includes(bench.name)) continue;
    process.stdout.write(`${bench.title}\n`);
    const measurements = await bench.measure({ root, rounds, call, say: (line) => process.stdout.write(`  ${line}\n`) });
    for (const measurement of measurements) {
      const { median, least, most, kept } = summarise(measurement);
      const aim = measurement.limit === undefined ? '' : `  aim ${measurement.limit} ${kept ? 'kept' : 'NOT KEPT'}`;
      process.stdout.write(
        `  ${measurement.label}: ${written(median)} ${measurement.unit} (${written(least)} to ${written(most)})${aim}\n`,
      );
    }
    if (values.dry) continue;
    const commit = await sourceRevision(root, call);
    const result = { ...bench, measurements, host, commit, date: new Date().toISOString().slice(0, 10) };
    await writeFile(page, withSection(await readFile(page, 'utf8'), result));
  }
  return 0;
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
process.exitCode = await main(process.argv.slice(2), stop.signal);
