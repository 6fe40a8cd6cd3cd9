import { type BenchmarkFacts, type MeasuredRunFacts, type SeriesName } from './facts.ts';
import { type Summary, noiseBetween, summarize } from './statistics.ts';

const MIB = 1 << 20;

/** Everything that is worked out from the runs. Only valid runs count: those that printed what they should and ended with 0. */
export interface Figures {
  readonly startUpMs: Summary | undefined;
  readonly referenceMs: Summary | undefined;
  readonly scanMs: Summary | undefined;
  /** Of known files, from the whole time of the process, its start included. */
  readonly pathsPerMinute: Summary | undefined;
  /** Of the product against itself, as a fraction. */
  readonly noise: number;
  /** Start-up against a program of Windows itself. */
  readonly ratio: number | undefined;
  /** Start-up of a Node in the same rounds. */
  readonly runtimeMs: Summary | undefined;
  /** Start-up against it; the interval is the widest that the two allow. */
  readonly overRuntime: Summary | undefined;
  /** Highest of all valid runs; absent unless each of them has one. */
  readonly startUpPeakMiB: number | undefined;
  readonly scanPeakMiB: number | undefined;
}

export const runsOf = ({ series }: BenchmarkFacts, name: SeriesName): readonly MeasuredRunFacts[] =>
  series.find((one) => one.name === name)?.runs ?? [];

export const isValid = (run: MeasuredRunFacts): boolean => run.expectedOutput && run.exitCode === 0;

export const validRunsOf = (facts: BenchmarkFacts, name: SeriesName): readonly MeasuredRunFacts[] => runsOf(facts, name).filter(isValid);

const durationsOf = (facts: BenchmarkFacts, name: SeriesName): readonly number[] => validRunsOf(facts, name).map((run) => run.durationMs);

/** Works out the figures. Pure and total. */
export function figuresOf(facts: BenchmarkFacts): Figures {
  const startUp = durationsOf(facts, 'start-up');
  const scans = durationsOf(facts, 'scan');
  const twin = durationsOf(facts, 'start-up-twin');
  // The twin is the same program: what it took counts as much.
  const startUpMs = summarize([...startUp, ...twin]);
  const referenceMs = summarize(durationsOf(facts, 'reference'));
  const runtimeMs = summarize((facts.runtime?.runs ?? []).filter(isValid).map((run) => run.durationMs));
  return {
    startUpMs,
    referenceMs,
    scanMs: summarize(scans),
    pathsPerMinute: summarize(
      scans.filter((durationMs) => durationMs > 0).map((durationMs) => (facts.library.videos / durationMs) * 60_000),
    ),
    noise: noiseBetween(startUp, twin),
    ratio: startUpMs && referenceMs && referenceMs.median > 0 ? startUpMs.median / referenceMs.median : undefined,
    runtimeMs,
    overRuntime: startUpMs && runtimeMs && quotient(startUpMs, runtimeMs),
    startUpPeakMiB: peakMiB([...validRunsOf(facts, 'start-up'), ...validRunsOf(facts, 'start-up-twin')]),
    scanPeakMiB: peakMiB(validRunsOf(facts, 'scan')),
  };
}

const quotient = (above: Summary, below: Summary): Summary | undefined =>
  below.low > 0
    ? {
        n: Math.min(above.n, below.n),
        median: above.median / below.median,
        deviation: 0,
        low: above.low / below.high,
        high: above.high / below.low,
      }
    : undefined;

function peakMiB(runs: readonly MeasuredRunFacts[]): number | undefined {
  const peaks = runs.flatMap((run) => (run.peakMemoryBytes === undefined || run.peakMemoryBytes === 0 ? [] : [run.peakMemoryBytes]));
  return runs.length === 0 || peaks.length < runs.length ? undefined : Math.max(...peaks) / MIB;
}
