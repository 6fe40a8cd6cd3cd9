import type { Assurance } from '../../core/assurance.ts';
import { type ErrorData, LabError } from '../../core/error.ts';
import type { Finding, Outcome } from '../../core/outcome.ts';
import { type Policy, budgetsFor } from '../../core/policy.ts';
import { type BenchmarkFacts, type SeriesName, seriesNames } from './facts.ts';
import { figuresOf, isValid, runsOf, validRunsOf } from './figures.ts';
import type { Summary } from './statistics.ts';

/** Valid runs that a median needs. The twins count together, so a start has twelve; a scan is longer and steadier. */
export const neededRuns: Readonly<Record<SeriesName, number>> = { 'start-up': 6, 'start-up-twin': 6, reference: 6, scan: 5 };

/**
 * Controls first: a reference program that does not print what it always does says nothing of ours. Then runs of the product without the expected
 * output, which are its fault. Then what makes figures worthless: too few runs, twins that differ. Then the budgets, each decided only when the whole
 * 95 % interval lies on one side of it.
 */
export function judgeBenchmark(facts: BenchmarkFacts, policy: Policy, assurance: Assurance): Outcome {
  const broken = runsOf(facts, 'reference').filter((run) => !isValid(run)).length;
  if (broken > 0)
    return inconclusive(
      LabError.of('checks.control-failed', { control: 'cmd.exe', reason: `${broken} runs did not print what they should` }),
    );
  const silent = (facts.runtime?.runs ?? []).filter((run) => !isValid(run)).length;
  if (silent > 0)
    return inconclusive(LabError.of('checks.control-failed', { control: 'Node', reason: `${silent} runs did not print what they should` }));
  const wrong = wrongOutput(facts);
  if (wrong.length > 0) return { kind: 'failed', findings: wrong };
  for (const series of seriesNames) {
    const valid = validRunsOf(facts, series).length;
    if (valid < neededRuns[series]) return inconclusive(LabError.of('checks.too-few-runs', { series, valid, needed: neededRuns[series] }));
  }
  const ofRuntime = facts.runtime?.runs.length;
  if (ofRuntime !== undefined && ofRuntime < neededRuns.reference)
    return inconclusive(LabError.of('checks.too-few-runs', { series: 'runtime', valid: ofRuntime, needed: neededRuns.reference }));
  const figures = figuresOf(facts);
  if (figures.noise > policy.maxNoise) {
    return inconclusive(LabError.of('checks.too-noisy', { noise: percent(figures.noise), limit: percent(policy.maxNoise) }));
  }
  const budgets = budgetsFor(policy, assurance);
  const answers: readonly Answer[] = [
    atMost(
      'start-up-slow',
      'the median start-up in ms',
      figures.startUpMs,
      budgets.startUpMedianMs,
      'See what runs before the first line is printed; load parts when they are needed.',
    ),
    ...(budgets.startUpOverRuntime === undefined
      ? []
      : [
          atMost(
            'start-up-over-runtime',
            'the median start-up over that of Node',
            figures.overRuntime,
            budgets.startUpOverRuntime,
            'See what runs before the first line is printed; load parts when they are needed.',
          ),
        ]),
    atLeast(
      'scan-slow',
      'the median scan throughput in paths a minute',
      figures.pathsPerMinute,
      budgets.scanPathsPerMinute,
      'Profile a scan of a large library.',
    ),
    peak('start-up-memory', 'the peak memory of a start in MiB', figures.startUpPeakMiB, budgets.startUpPeakMemoryMiB),
    peak('scan-memory', 'the peak memory of a scan in MiB', figures.scanPeakMiB, budgets.scanPeakMemoryMiB),
  ];
  const findings = answers.flatMap((answer) => ('finding' in answer ? [answer.finding] : []));
  if (findings.length > 0) return { kind: 'failed', findings };
  const undecided = answers.find((answer) => 'undecided' in answer);
  return undecided && 'undecided' in undecided ? { kind: 'inconclusive', error: undecided.undecided } : { kind: 'passed' };
}

type Answer = { readonly finding: Finding } | { readonly undecided: ErrorData } | { readonly isKept: true };

const inconclusive = (error: LabError): Outcome => ({ kind: 'inconclusive', error: error.toData() });

const percent = (fraction: number): string => (Number.isFinite(fraction) ? `${(fraction * 100).toFixed(0)} %` : 'no known amount');

const rounded = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);

function wrongOutput(facts: BenchmarkFacts): Finding[] {
  const findings = (['start-up', 'start-up-twin', 'scan'] as const).flatMap((series) => {
    const runs = runsOf(facts, series);
    const wrong = runs.filter((run) => !isValid(run));
    const codes = [...new Set(wrong.map((run) => run.exitCode))].slice(0, 5).join(', ');
    return wrong.length === 0
      ? []
      : [
          finding(
            'wrong-output',
            `${wrong.length} of ${runs.length} runs of ${series} did not print what they should (exit codes ${codes})`,
            'Run the command many times in such a guest.',
          ),
        ];
  });
  const { videos, reported } = facts.library;
  const miscounted = reported.filter((count) => count !== videos).length;
  const uncounted = reported.length !== runsOf(facts, 'scan').length;
  return [
    ...(facts.stopped === 'hung' ? [hung(facts)] : []),
    ...findings,
    ...(miscounted > 0 || uncounted
      ? [
          finding(
            'wrong-count',
            `${miscounted} of ${reported.length} scans did not find the ${videos} videos that are there`,
            'A scan must find every video, every time.',
          ),
        ]
      : []),
  ];
}

/** The longest run that did not print what it should is the one that was ended. */
function hung(facts: BenchmarkFacts): Finding {
  const invalid = (['start-up', 'start-up-twin', 'scan'] as const).flatMap((series) =>
    runsOf(facts, series).flatMap((run) => (isValid(run) ? [] : [{ series, durationMs: run.durationMs }])),
  );
  const [longest] = invalid.toSorted((a, b) => b.durationMs - a.durationMs);
  const after = longest === undefined ? '' : ` of ${longest.series} within ${Math.round(longest.durationMs / 1000)} s`;
  return finding(
    'hangs',
    `The program did not end by itself in a run${after}; what was to be measured after it was not`,
    'Run it in such a guest and see what it waits for.',
  );
}

const finding = (code: string, message: string, fix: string): Finding => ({ code: `benchmark.${code}`, severity: 'error', message, fix });

const tooClose = (what: string, { median, low, high }: Summary, limit: number): Answer => ({
  undecided: LabError.of('checks.too-close', {
    what: capital(what),
    value: rounded(median),
    interval: `${rounded(low)} to ${rounded(high)}`,
    limit,
  }).toData(),
});

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

const noFigure = (what: string): Answer => ({ undecided: LabError.of('checks.no-figure', { what }).toData() });

function atMost(code: string, what: string, figure: Summary | undefined, limit: number, fix: string): Answer {
  if (figure === undefined) return noFigure(what);
  if (figure.low > limit)
    return {
      finding: finding(
        code,
        `${capital(what)} is ${rounded(figure.median)} (95 % interval ${rounded(figure.low)} to ${rounded(figure.high)}), ${limit} is allowed`,
        fix,
      ),
    };
  return figure.high > limit ? tooClose(what, figure, limit) : { isKept: true };
}

function atLeast(code: string, what: string, figure: Summary | undefined, limit: number, fix: string): Answer {
  if (figure === undefined) return noFigure(what);
  if (figure.high < limit)
    return {
      finding: finding(
        code,
        `${capital(what)} is ${rounded(figure.median)} (95 % interval ${rounded(figure.low)} to ${rounded(figure.high)}), ${limit} is demanded`,
        fix,
      ),
    };
  return figure.low < limit ? tooClose(what, figure, limit) : { isKept: true };
}

function peak(code: string, what: string, value: number | undefined, limit: number): Answer {
  if (value === undefined) return noFigure(what);
  return value > limit
    ? {
        finding: finding(
          code,
          `${capital(what)} is ${rounded(value)}, ${limit} is allowed`,
          'Look at what is held in memory; read large things piece by piece.',
        ),
      }
    : { isKept: true };
}
