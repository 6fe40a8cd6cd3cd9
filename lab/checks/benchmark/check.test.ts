import t from 'tap';
import { callUntil } from '../../engine/deadline.ts';
import type { Policy } from '../../core/policy.ts';
import { type Answer, askCheck, codesOf } from '../../testing/ask-check.ts';
import { openCall } from '../../testing/calls.ts';
import { fakeBundle, fakeCmd, fakePrograms, programsWith } from '../../testing/fakes/fake-anivault.ts';
import { type MemoryGuestParts, memoryGuest, memoryNode } from '../../testing/fakes/memory-guest.ts';
import { samplePolicy } from '../../testing/fixtures/sample-policy.ts';
import { benchmark } from './check.ts';
import { type BenchmarkFacts, type SeriesName } from './facts.ts';
import { figuresOf } from './figures.ts';

const MIB = 1 << 20;
const times: Readonly<Record<string, number>> = { runtime: 180, 'start-up': 200, 'start-up-twin': 204, reference: 50, scan: 900 };
const usual: MemoryGuestParts = {
  programs: fakePrograms,
  bundle: fakeBundle,
  startsFrom: 'installed',
  peakMemoryBytes: 90 * MIB,
  durationMs: (series, index) => (times[series] ?? 0) + (index % 5),
};
const ask = (parts: Partial<MemoryGuestParts> = {}, demands: Parameters<typeof askCheck>[2] = {}): Promise<Answer<BenchmarkFacts>> =>
  askCheck(benchmark, { ...usual, ...parts }, demands);
const slow =
  (series: string, factor: number, spread = 5): NonNullable<MemoryGuestParts['durationMs']> =>
  (name, index) =>
    (times[name] ?? 0) * (name.startsWith(series) ? factor : 1) + ((index * 7) % spread);

t.test('a quiet guest: six rounds, warm-ups thrown away, figures from what was measured', async (t) => {
  const { facts, outcome, guest } = await ask();
  t.same(outcome, { kind: 'passed' });
  t.same(
    facts.series.map(({ name, runs, warmUps }) => [name, runs.length, warmUps]),
    [
      ['start-up', 6, 1],
      ['start-up-twin', 6, 1],
      ['reference', 6, 1],
      ['scan', 5, 1],
    ],
  );
  t.equal(facts.stopped, 'quiet');
  t.ok(facts.library.videos >= 1000);
  t.same(
    facts.library.reported,
    Array.from({ length: 5 }, () => facts.library.videos),
  );
  const figures = figuresOf(facts);
  t.ok(figures.startUpMs && figures.startUpMs.median >= 200 && figures.startUpMs.median <= 204);
  t.equal(figures.startUpPeakMiB, 90);
  t.ok(figures.ratio && Math.abs(figures.ratio - 4) < 0.3);
  const expected = (facts.library.videos / 902) * 60_000;
  t.ok(
    figures.pathsPerMinute && Math.abs(figures.pathsPerMinute.median - expected) / expected < 0.01,
    'not the 12345 that the program gives itself',
  );
  t.match(benchmark.highlights(facts).find((line) => line.label.startsWith('Scan'))?.note, /by its own account 12345/);
  t.same(guest.files.below(guest.scratch), [], 'what the check made is gone');
});

t.test('batches go forwards and backwards in turn', async (t) => {
  const orders: string[] = [];
  await ask({
    verbs: (toolkit) => ({
      measure: (programs, rounds, call) => {
        orders.push(programs.map((program) => program.series).join(' '));
        return toolkit.measure(programs, rounds, call);
      },
    }),
  });
  t.same(orders, [
    'reference',
    'start-up',
    'start-up-twin',
    'start-up start-up-twin reference',
    'reference start-up-twin start-up',
    'scan',
    'scan',
  ]);
});

t.test('twins that differ: more rounds up to a bound, then inconclusive', async (t) => {
  const { facts, outcome } = await ask({ durationMs: slow('start-up-twin', 1.6) });
  t.same([facts.stopped, facts.series[0]?.runs.length], ['most-rounds', 24]);
  t.same(codesOf(outcome), ['checks.too-noisy']);
});

t.test('twins that come to agree end the rounds', async (t) => {
  let runs = 0;
  const { facts, outcome } = await ask({
    durationMs: (series) => (times[series] ?? 0) + (series === 'start-up-twin' && (runs += 1) <= 8 ? 300 : 0),
  });
  t.same([facts.stopped, facts.series[0]?.runs.length], ['quiet', 15]);
  t.same(codesOf(outcome), ['passed']);
});

t.test('no further round when time runs short', async (t) => {
  const guest = memoryGuest({ ...usual, durationMs: slow('start-up-twin', 2) });
  await benchmark.prepare?.(guest, openCall());
  const facts = await benchmark.probe(guest, guest.evidence, { ...openCall(), deadline: { remainingMs: () => 1000 } });
  t.same([facts.stopped, facts.series[0]?.runs.length], ['time', 3]);
  t.same(codesOf(benchmark.judge(facts, samplePolicy, 'emulated')), ['checks.too-few-runs']);
});

t.test('budgets', async (t) => {
  t.same(codesOf((await ask({ durationMs: slow('start-up', 6) })).outcome), ['start-up-slow']);
  t.same(codesOf((await ask({ durationMs: slow('scan', 20) })).outcome), ['scan-slow']);
  t.same(codesOf((await ask({ peakMemoryBytes: 250 * MIB })).outcome), ['start-up-memory']);
  t.same(codesOf((await ask({ peakMemoryBytes: 350 * MIB })).outcome), ['start-up-memory', 'scan-memory']);
  t.same(codesOf((await ask({ durationMs: slow('start-up', 3) })).outcome), ['passed'], 'emulated guests have budgets of their own');
  t.same(codesOf((await ask({ durationMs: slow('start-up', 3) }, { assurance: 'windows' })).outcome), ['start-up-slow']);
});

t.test('a Node in the guest is measured in the same rounds, and held against the program only where the policy says so', async (t) => {
  const { facts, outcome } = await ask({ node: true });
  t.same(outcome, { kind: 'passed' });
  t.equal(facts.runtime?.runs.length, 6);
  t.match(facts.runtime?.command, /^X:\\node\.exe -p /);
  const over = figuresOf(facts).overRuntime;
  t.ok(over && Math.abs(over.median - 204 / 182) < 0.03 && over.low < over.median && over.median < over.high);
  t.match(benchmark.highlights(facts).find((line) => line.label === 'Against Node itself')?.note, /within the aim of 1\.15/);
  t.equal((await ask()).facts.runtime, undefined, 'a guest without one');

  const demanding = (startUpOverRuntime: number): Policy => ({
    ...samplePolicy,
    budgets: { ...samplePolicy.budgets, emulated: { ...samplePolicy.budgets.emulated, startUpOverRuntime } },
  });
  t.same(codesOf(benchmark.judge(facts, demanding(1.5), 'emulated')), ['passed']);
  t.same(codesOf(benchmark.judge(facts, demanding(1.01), 'emulated')), ['start-up-over-runtime']);
  t.same(codesOf((await ask({}, { policy: demanding(1.5) })).outcome), ['checks.no-figure'], 'demanded, and not measured');
  const silent = await ask({ node: true, programs: { ...fakePrograms, [memoryNode]: () => ({ stdout: '' }) } });
  t.same(codesOf(silent.outcome), ['checks.control-failed']);
  const few = { ...facts, runtime: { command: '', runs: facts.runtime?.runs.slice(1) ?? [] } };
  t.same(codesOf(benchmark.judge(few, samplePolicy, 'emulated')), ['checks.too-few-runs']);
});

t.test('too close to a budget to decide is inconclusive', async (t) => {
  const seen = new Map<string, number>();
  const around = (series: string): number => {
    const count = (seen.get(series) ?? 0) + 1;
    seen.set(series, count);
    return 700 + (count % 7) * 100;
  };
  const { outcome } = await ask({ durationMs: (series) => (series.startsWith('start-up') ? around(series) : (times[series] ?? 0)) });
  t.same(codesOf(outcome), ['checks.too-close']);
});

t.test('memory: the highest of all runs counts, and none may be without', async (t) => {
  const { facts } = await ask();
  const withPeak = (series: SeriesName, peakMemoryBytes: number): BenchmarkFacts => ({
    ...facts,
    series: facts.series.map((one) =>
      one.name === series ? { ...one, runs: one.runs.map((run, index) => (index === 4 ? { ...run, peakMemoryBytes } : run)) } : one,
    ),
  });
  t.same(codesOf(benchmark.judge(withPeak('start-up', 201 * MIB), samplePolicy, 'emulated')), ['start-up-memory']);
  t.same(codesOf(benchmark.judge(withPeak('start-up-twin', 201 * MIB), samplePolicy, 'emulated')), ['start-up-memory']);
  t.same(codesOf(benchmark.judge(withPeak('scan', 301 * MIB), samplePolicy, 'emulated')), ['scan-memory']);
  t.same(codesOf(benchmark.judge(withPeak('scan', 0), samplePolicy, 'emulated')), ['checks.no-figure']);
});

t.test('a guest that cannot tell memory is inconclusive', async (t) => {
  const { peakMemoryBytes: _, ...parts } = usual;
  t.same(codesOf((await askCheck(benchmark, parts)).outcome), ['checks.no-figure']);
  t.same(codesOf((await ask({ peakMemoryBytes: 0 })).outcome), ['checks.no-figure'], 'nothing runs in no memory');
});

t.test('a program that does not do what is measured fails', async (t) => {
  const silent = await ask({ programs: programsWith((run, _files, doUsual) => (run.args[0] === '--version' ? {} : doUsual())) });
  t.same(codesOf(silent.outcome), ['wrong-output', 'wrong-output'], 'exit code 0 and silence');
  let scans = 0;
  const forgetful = await ask({
    programs: programsWith((run, _files, doUsual) => {
      const { stdout = '', ...rest } = doUsual();
      const isThird = run.args[0] === 'scan' && (scans += 1) === 3;
      return { ...rest, stdout: isThird ? stdout.replace(/"files":\d+/, '"files":999') : stdout };
    }),
  });
  t.same(codesOf(forgetful.outcome), ['wrong-count']);
  const crashing = await ask({ programs: programsWith((_run, _files, doUsual) => ({ ...doUsual(), exitCode: 3_221_225_477 })) });
  t.ok(codesOf(crashing.outcome).includes('wrong-output'));
});

t.test('after a run that hung no other is made', async (t) => {
  const hanging = async (command: string, at: number): Promise<{ readonly answer: Answer<BenchmarkFacts>; readonly runs: number }> => {
    let runs = 0;
    let hung = false;
    const answer = await ask({
      programs: programsWith((run, _files, doUsual) => {
        if (!run.args.includes(command)) return doUsual();
        runs += 1;
        hung = runs === at;
        return hung ? { exitCode: 0xc000013a } : doUsual();
      }),
      durationMs: (series, index) => (hung && !series.startsWith('reference') ? 25_010 : (usual.durationMs?.(series, index) ?? 0)),
    });
    return { answer, runs };
  };
  const first = await hanging('--version', 1);
  t.equal(first.runs, 1, 'neither its twin nor another round');
  t.equal(first.answer.facts.stopped, 'hung');
  t.same(codesOf(first.answer.outcome), ['hangs', 'wrong-output']);
  t.match(first.answer.outcome, { findings: [{ message: /in a run of start-up within 25 s; what was to be measured after it was not/ }] });
  t.same(first.answer.guest.files.below(first.answer.guest.scratch), [], 'what the check made is gone');
  const later = await hanging('--version', 4);
  t.same([later.answer.facts.stopped, later.runs], ['hung', 8], 'the guest’s tool ends its batch, and no other is begun');
  t.ok(codesOf(later.answer.outcome).includes('hangs'));
  const scan = await hanging('scan', 1);
  t.equal(scan.runs, 1);
  t.match(scan.answer.outcome, { findings: [{ code: 'benchmark.hangs', message: /of scan within 25 s/ }] });
});

t.test('a guest whose own program does not print is inconclusive', async (t) => {
  const { outcome } = await ask({
    programs: { ...fakePrograms, 'C:\\Windows\\System32\\cmd.exe': (run, files) => ({ ...fakeCmd(run, files), stdout: '' }) },
  });
  t.same(codesOf(outcome), ['checks.control-failed']);
});

t.test('a call that was given up measures nothing', async (t) => {
  const guest = memoryGuest(usual);
  const gaveUp = callUntil(AbortSignal.abort(new Error('given up')));
  await t.rejects(benchmark.probe(guest, guest.evidence, gaveUp), { message: 'given up' });
  t.same(guest.asked, []);
});

t.test('a series that is missing is not passed', async (t) => {
  const { facts } = await ask();
  for (const name of ['start-up', 'start-up-twin', 'reference', 'scan'] satisfies readonly SeriesName[]) {
    const without = { ...facts, series: facts.series.map((one) => (one.name === name ? { ...one, runs: [] } : one)) };
    t.not(benchmark.judge(without, samplePolicy, 'emulated').kind, 'passed', name);
  }
});
