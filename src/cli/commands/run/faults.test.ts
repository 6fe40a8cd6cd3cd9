import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { startStandInProcess } from '../../../testing/tmdb-stand-in-process.ts';
import type { Fault, FaultKind } from '../../../testing/tmdb-faults.ts';
import { type CliRun, runCli } from '../../cli-rig.ts';

// Most of the time is spent waiting, as a program does that is told to.
t.jobs = 6;

/** Attempts for one question, when it is worth another one. */
const ATTEMPTS = 4;
const cases: readonly (readonly [FaultKind, number, string])[] = [
  ['status-500', ATTEMPTS, 'tmdb-failing'],
  ['status-503', ATTEMPTS, 'tmdb-failing'],
  ['hang', ATTEMPTS, 'tmdb-timeout'],
  ['slow-drip', ATTEMPTS, 'tmdb-timeout'],
  ['reset', ATTEMPTS, 'tmdb-unreachable'],
  ['truncated', ATTEMPTS, 'tmdb-unreachable'],
  ['cut-json', 1, 'tmdb-answer'],
  ['html', 1, 'tmdb-answer'],
  ['empty', 1, 'tmdb-answer'],
  ['not-utf8', 1, 'tmdb-answer'],
  ['wrong-types', 1, 'tmdb-answer'],
  ['null-results', 1, 'tmdb-answer'],
  ['deep', 1, 'tmdb-answer'],
  ['huge', 1, 'tmdb-answer'],
  ['gzip-bomb', 1, 'tmdb-answer'],
  ['redirect', 1, 'tmdb-answer'],
];

interface Faulty {
  readonly first: CliRun;
  /** The same command once more, when the first one failed. */
  readonly second: CliRun;
  readonly folder: string;
  readonly tookMs: number;
  /** Requests of the first one. */
  readonly asked: number;
}

/** Runs `run --apply` on one file, in a folder of its own, with these faults before the good answers. */
async function faulty(t: Test, faults: readonly Fault[], timeoutSeconds = 15): Promise<Faulty> {
  await using standIn = await startStandInProcess();
  const environment = { ...standIn.environment, ANIVAULT_TMDB_TIMEOUT: String(timeoutSeconds) };
  const folder = t.testdir({ in: { 'Bleach - 05.mkv': 'five' } });
  await standIn.add(...faults);
  const start = performance.now();
  const first = await runCli(['run', 'in', '--to', 'out', '--apply', '--json'], folder, { environment });
  const tookMs = performance.now() - start;
  const asked = (await standIn.seen()).length;
  const second = first.exitCode === 0 ? first : await runCli(['run', 'in', '--to', 'out', '--apply', '--json'], folder, { environment });
  return { first, second, folder, tookMs, asked };
}

for (const [kind, times, code] of cases) {
  void t.test(`${kind} for ever`, { buffered: true }, async (t) => {
    const slow = kind === 'hang' || kind === 'slow-drip';
    const { first, second, folder, asked } = await faulty(t, [{ kind, times }], slow ? 0.4 : 15);
    t.equal(first.exitCode, 1);
    t.match(first.events().at(-1), { type: 'error', code, message: /\w/, hint: /\w/, exitCode: 1 });
    t.match(first.events().at(-2), { type: 'run-summary', files: 1, unanswered: 1, moves: 0 });
    t.equal(asked, times, 'no attempt was left out, and none was made in vain');
    // What went wrong must not have become an answer of the cache.
    t.match(second.events().at(-1), { type: 'run-summary', moves: 1, hitRate: 0 });
    t.ok(existsSync(path.join(folder, 'out/Bleach (2004)/Season 01/Bleach - S01E05.mkv')));
  });
}

const passing: readonly (readonly [string, Fault, number])[] = [
  ['429 with seconds', { kind: '429-seconds', seconds: 1, times: 1 }, 1_000],
  ['429 with a date of a clock that is an hour ahead', { kind: '429-date', seconds: 2, clockAheadSeconds: 3_600, times: 1 }, 1_000],
  ['429 with a date of a clock that is an hour behind', { kind: '429-date', seconds: 2, clockAheadSeconds: -3_600, times: 1 }, 1_000],
  ['429 without a word', { kind: '429-bare', times: 1 }, 0],
  ['503 once', { kind: 'status-503', times: 1 }, 0],
  ['an answer that breaks off once', { kind: 'truncated', times: 1 }, 0],
];
for (const [what, fault, leastMs] of passing) {
  void t.test(`${what} is got over`, { buffered: true }, async (t) => {
    const { first, folder, tookMs } = await faulty(t, [fault]);
    t.equal(first.exitCode, 0);
    t.match(first.events().at(-1), { type: 'run-summary', matched: 1, moves: 1 });
    t.same(readdirSync(path.join(folder, 'out')), ['Bleach (2004)']);
    t.ok(tookMs >= leastMs, `${Math.round(tookMs)} ms`);
  });
}

void t.test('a pause that is too long to wait for ends the command at once, and the next one', { buffered: true }, async (t) => {
  await using standIn = await startStandInProcess();
  const { environment } = standIn;
  const folder = t.testdir({ in: { 'Bleach - 05.mkv': '', 'Blue Lock - 01.mkv': '' } });
  for (const fault of [
    { kind: '429-seconds', seconds: 1_200, times: 1 },
    { kind: '429-date', seconds: 1_200, clockAheadSeconds: 86_400, times: 1 },
  ] as const) {
    const state = path.join(folder, fault.kind);
    const own = { ...environment, LOCALAPPDATA: state, XDG_STATE_HOME: state };
    await standIn.add(fault);
    const start = performance.now();
    const before = (await standIn.seen()).length;
    const result = await runCli(['match', 'in', '--json'], folder, { environment: own });
    t.match([result.exitCode, result.events().at(-1)], [1, { type: 'error', code: 'tmdb-busy', hint: /Try again later.*--offline/ }]);
    const next = await runCli(['match', 'in', '--json'], folder, { environment: own });
    t.match([next.exitCode, next.events().at(-1)], [1, { code: 'tmdb-busy', message: /another \d+ s/ }]);
    t.ok(performance.now() - start < 60_000);
    t.ok((await standIn.seen()).length - before <= 4, 'no more was asked than was under way');
  }
});

void t.test('what was answered before the network went away is done, the rest stays', { buffered: true }, async (t) => {
  await using standIn = await startStandInProcess();
  const folder = t.testdir({
    in: { 'Bleach - 05.mkv': '', 'Blue Lock - 01.mkv': '', 'Naruto - 01.mkv': '' },
    one: { 'Bleach - 05.mkv': '' },
  });
  await runCli(['match', 'one'], folder, { environment: standIn.environment });
  // Another address would have answers of its own in the cache.
  await standIn.add({ kind: 'reset', times: 200 });
  const run = await runCli(['run', 'in', '--to', 'out', '--apply', '--json'], folder, { environment: standIn.environment });
  t.equal(run.exitCode, 10);
  t.match(run.events().at(-1), { type: 'run-summary', matched: 1, unanswered: 2, moves: 1 });
  t.same(readdirSync(path.join(folder, 'in')), ['Blue Lock - 01.mkv', 'Naruto - 01.mkv']);
});
