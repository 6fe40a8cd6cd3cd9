import type { FactLine } from '../../core/fact-line.ts';
import type { BenchmarkFacts } from './facts.ts';
import { figuresOf } from './figures.ts';
import type { Summary } from './statistics.ts';

/** How much longer than its runtime alone a program should take to start. A wish; the policy says what is demanded. */
const RUNTIME_AIM = 1.15;

/** What a reader wants to know first of the figures. */
export function benchmarkHighlights(facts: BenchmarkFacts): readonly FactLine[] {
  const { startUpMs, referenceMs, runtimeMs, overRuntime, scanMs, pathsPerMinute, noise, ratio, startUpPeakMiB, scanPeakMiB } =
    figuresOf(facts);
  const { library, stopped } = facts;
  const own = library.ownFigure === undefined ? 'it gives no figure of its own' : `by its own account ${Math.round(library.ownFigure)}`;
  return [
    { label: 'Start-up, median', value: inWords(startUpMs, 'ms'), note: spread(startUpMs, 'ms') },
    {
      label: 'Against cmd.exe',
      value: ratio === undefined ? 'not known' : `${ratio.toFixed(1)} times as long`,
      note: `cmd.exe ${inWords(referenceMs, 'ms')}; in the same rounds`,
    },
    {
      label: 'Against Node itself',
      value: overRuntime === undefined ? 'not known' : `${overRuntime.median.toFixed(2)} times as long`,
      note:
        overRuntime === undefined
          ? 'the guest has none'
          : `Node ${inWords(runtimeMs, 'ms')}; in the same rounds; ${overRuntime.median <= RUNTIME_AIM ? 'within' : 'over'} the aim of ${RUNTIME_AIM}`,
    },
    {
      label: 'Scan throughput, median',
      value: inWords(pathsPerMinute, 'paths/min'),
      note: `${spread(pathsPerMinute, 'paths/min')}; ${library.videos} files, ${inWords(scanMs, 'ms')}, start included; ${own}`,
    },
    { label: 'Peak memory of a start', value: mebibytes(startUpPeakMiB) },
    { label: 'Peak memory of a scan', value: mebibytes(scanPeakMiB) },
    {
      label: 'Noise',
      value: Number.isFinite(noise) ? `${(noise * 100).toFixed(0)} %` : 'not known',
      note: `the same program measured as two; rounds ended by ${{ quiet: 'agreement of the two', 'most-rounds': 'the bound on rounds', time: 'the bound on time', hung: 'a run that did not end' }[stopped]}`,
    },
  ];
}

const inWords = (summary: Summary | undefined, unit: string): string =>
  summary === undefined ? 'not known' : `${Math.round(summary.median)} ${unit}`;

const spread = (summary: Summary | undefined, unit: string): string =>
  summary === undefined
    ? 'no valid run'
    : `± ${Math.round(summary.deviation)} ${unit} (median absolute deviation), 95 % interval ${Math.round(summary.low)} to ${Math.round(summary.high)}, n = ${summary.n}`;

const mebibytes = (value: number | undefined): string => (value === undefined ? 'not known' : `${value.toFixed(0)} MiB`);
