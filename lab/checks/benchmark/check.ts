import type { Call } from '../../core/call.ts';
import type { Check, EvidenceSink, Guest } from '../../core/check.ts';
import { type RemotePath, checkId, joinRemote, remotePath } from '../../core/ids.ts';
import type { MeasuredProgram, MeasuredRun, TreeFile } from '../../core/toolkit.ts';
import { type BenchmarkFacts, type MeasuredRunFacts, type SeriesName, benchmarkFacts } from './facts.ts';
import { benchmarkHighlights } from './highlights.ts';
import { judgeBenchmark } from './judge.ts';
import { noiseBetween } from './statistics.ts';

const WARM_UPS = 1;
/** Rounds of one batch. Batches go through the programs forwards and backwards in turn, so that no place in a round favours a series. */
const BATCH_ROUNDS = 3;
/** Each round starts the program twice. */
const LEAST_ROUNDS = 6;
const MOST_ROUNDS = 24;
const SCAN_ROUNDS = 5;
/** The twins agree well enough to stop. The policy's own limit is the judge's business and may be wider. */
const QUIET = 0.2;
/** No further batch is begun when less than this is left of the call's time. */
const RESERVE_MS = 60_000;
/** A start takes about a second, a scan a few; the first start of an unknown file may be held up by a virus scanner. */
const RUN_TIMEOUT_MS = 25_000;

const VIDEOS = 1000;
const FOLDERS = 20;
const RUNTIME = 'runtime';
const REFERENCE_TEXT = 'the-guest-runs-programs';

/** Measures start-up, memory and scan throughput against the program itself and against one of Windows. */
export const benchmark: Check<BenchmarkFacts> = {
  id: checkId('benchmark'),
  title: 'Benchmark',
  question:
    'How long does the program take to start, how much memory does it use, and how fast does it scan? Within the budgets only if the same program measured twice agrees with itself.',
  startsFrom: 'installed',
  lane: 'host',
  needsIsolation: false,
  facts: benchmarkFacts,
  appliesTo: () => undefined,
  prepare: async (guest, call) => {
    await guest.node?.(call);
    await guest.toolkit.makeTree(libraryIn(guest), libraryFiles, call);
  },
  probe,
  judge: judgeBenchmark,
  highlights: benchmarkHighlights,
};

/** The library that is scanned: plain names in twenty folders, a few bytes each. */
const libraryFiles: readonly TreeFile[] = Array.from({ length: VIDEOS }, (_, index) => ({
  path: `Show ${index % FOLDERS}\\[Group] Show ${index % FOLDERS} - ${String(1 + Math.floor(index / FOLDERS)).padStart(3, '0')} [1080p].mkv`,
  text: `${index}\n`,
}));

const libraryIn = ({ scratch }: Guest): RemotePath => joinRemote(scratch, 'library');

async function probe(guest: Guest, evidence: EvidenceSink, call: Call): Promise<BenchmarkFacts> {
  const { toolkit, bundle, scratch } = guest;
  const { osVersion, emulator, logicalProcessors, memoryBytes } = await toolkit.describe(call);
  const programs = programsOf(guest, libraryIn(guest));

  const node = await guest.node?.(call);
  const runtime = node === undefined ? [] : [runtimeOf(node, libraryIn(guest))];
  const starts = [programs['start-up'], programs['start-up-twin'], programs.reference, ...runtime];
  const measure = (batch: readonly MeasuredProgram[], rounds: number): Promise<readonly MeasuredRun[]> =>
    toolkit.measure(batch, rounds, call);
  // The reference first: what hangs after it is the program's own doing. One by one: nothing is run again that hung.
  const warmUps = await upToAHang([programs.reference, ...runtime, programs['start-up'], programs['start-up-twin']], (one) =>
    measure([one], WARM_UPS),
  );
  const measured: MeasuredRun[] = [];
  let stopped: BenchmarkFacts['stopped'] = 'hung';
  if (warmUps.some(isHung)) measured.push(...warmUps);
  else stopped = await measureUntilQuiet(measured, (batch) => measure(batch % 2 === 0 ? starts : starts.toReversed(), BATCH_ROUNDS), call);
  const scans: MeasuredRun[] = [];
  if (stopped !== 'hung') {
    const warmUp = await measure([programs.scan], WARM_UPS);
    scans.push(...(warmUp.some(isHung) ? warmUp : await measure([programs.scan], SCAN_ROUNDS)));
    if (scans.some(isHung)) stopped = 'hung';
  }
  await toolkit.remove(scratch, call);
  const runs = [...measured, ...scans];
  await evidence.add('Measured runs', 'application/json', `${JSON.stringify(runs, undefined, 2)}\n`);

  const summaries = scans.map((run) => readSummary(run.lastLine));
  const ownFigure = summaries.at(-1)?.pathsPerMinute;
  return {
    $schema: 'facts/benchmark.v1.json',
    bundle: { product: bundle.product.name, version: bundle.product.version, digest: bundle.digest },
    guest: { os: guest.spec.os, osVersion, ...(emulator === undefined ? {} : { emulator }), logicalProcessors, memoryBytes },
    series: Object.entries(programs).map(([name, program]) => ({
      name: name as SeriesName,
      command: commandOf(program),
      warmUps: WARM_UPS,
      runs: runs.filter((run) => run.series === name).map(runFacts),
    })),
    ...(runtime[0] === undefined
      ? {}
      : { runtime: { command: commandOf(runtime[0]), runs: measured.filter((run) => run.series === RUNTIME).map(runFacts) } }),
    stopped,
    library: {
      videos: VIDEOS,
      folders: FOLDERS,
      reported: summaries.map((summary) => summary?.files ?? null),
      ...(ownFigure === undefined ? {} : { ownFigure }),
    },
  };
}

const commandOf = ({ program }: MeasuredProgram): string => [program.executable, ...program.args].join(' ');

const runFacts = ({ exitCode, expectedOutput, durationMs, peakMemoryBytes }: MeasuredRun): MeasuredRunFacts => ({
  exitCode,
  expectedOutput,
  durationMs,
  ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }),
});

/** What the product runs on, by itself: it starts, prints a text and ends. */
const runtimeOf = (node: RemotePath, cwd: RemotePath): MeasuredProgram => ({
  series: RUNTIME,
  program: { executable: node, args: ['-p', `'${REFERENCE_TEXT}'`], cwd, environment: 'system-only', timeoutMs: RUN_TIMEOUT_MS },
  expectInStdout: REFERENCE_TEXT,
});

/** Whether a run was ended by its time-out. The guest's clock and this limit are read by different parts of the guest's tool. */
const isHung = ({ series, expectedOutput, durationMs }: MeasuredRun): boolean =>
  series !== 'reference' && series !== RUNTIME && !expectedOutput && durationMs >= RUN_TIMEOUT_MS * 0.9;

/** Measures programs one by one until one of them hangs. */
async function upToAHang(
  programs: readonly MeasuredProgram[],
  measureOne: (program: MeasuredProgram) => Promise<readonly MeasuredRun[]>,
): Promise<readonly MeasuredRun[]> {
  const runs: MeasuredRun[] = [];
  for (const program of programs) {
    runs.push(...(await measureOne(program)));
    if (runs.some(isHung)) break;
  }
  return runs;
}

/** Adds batches to `measured` until the twins agree, there are enough of them, or time runs short. */
async function measureUntilQuiet(
  measured: MeasuredRun[],
  measureBatch: (batch: number) => Promise<readonly MeasuredRun[]>,
  call: Call,
): Promise<BenchmarkFacts['stopped']> {
  const durationsOf = (series: SeriesName): number[] =>
    measured.filter((run) => run.series === series && run.expectedOutput).map((run) => run.durationMs);
  for (let batch = 0, rounds = 0; ; batch += 1) {
    call.signal.throwIfAborted();
    const runs = await measureBatch(batch);
    measured.push(...runs);
    if (runs.some(isHung)) return 'hung';
    rounds += BATCH_ROUNDS;
    if (rounds >= LEAST_ROUNDS && noiseBetween(durationsOf('start-up'), durationsOf('start-up-twin')) <= QUIET) return 'quiet';
    if (rounds >= MOST_ROUNDS) return 'most-rounds';
    if (call.deadline.remainingMs() < RESERVE_MS) return 'time';
  }
}

function programsOf(guest: Guest, library: RemotePath): Readonly<Record<SeriesName, MeasuredProgram>> {
  const executable = joinRemote(guest.installDirectory, guest.bundle.product.executable);
  const program = (path: RemotePath, args: readonly string[]): MeasuredProgram['program'] => ({
    executable: path,
    args,
    cwd: library,
    environment: 'system-only',
    timeoutMs: RUN_TIMEOUT_MS,
  });
  const start = { program: program(executable, ['--version']), expectInStdout: guest.bundle.product.version };
  return {
    'start-up': { series: 'start-up', ...start },
    'start-up-twin': { series: 'start-up-twin', ...start },
    reference: {
      series: 'reference',
      program: program(remotePath('C:\\Windows\\System32\\cmd.exe'), ['/d', '/c', `echo ${REFERENCE_TEXT}`]),
      expectInStdout: REFERENCE_TEXT,
    },
    scan: { series: 'scan', program: program(executable, ['scan', library, '--json']), expectInStdout: '"scan-summary"' },
  };
}

/** What a scan says it found. The line comes from a guest and may be anything. */
function readSummary(line: string): { readonly files: number; readonly pathsPerMinute?: number } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { type, files, pathsPerMinute } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (type !== 'scan-summary' || typeof files !== 'number' || !Number.isSafeInteger(files) || files < 0) return undefined;
  return { files, ...(typeof pathsPerMinute === 'number' && Number.isFinite(pathsPerMinute) ? { pathsPerMinute } : {}) };
}
