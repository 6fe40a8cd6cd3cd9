import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { Plan, Transfer } from '../contract/plan.ts';
import { type RollbackEntry, rollbackEntry } from '../contract/rollback-entry.ts';
import { ProgramError } from '../core/program-error.ts';
import { findUnfinished } from './find-unfinished.ts';
import { beginOperation, resumeOperation } from './operation.ts';
import { planDigest } from './plan-digest.ts';
import { journalFile } from './rollback-journal.ts';

const at = new Date('2026-01-02T03:04:05.678Z');
const never = new AbortController().signal;

/** A plan of moves from `in` to `out` below a folder, whatever is there. */
function planOf(folder: string, names: Readonly<Record<string, string>>, transfer: Transfer = 'move'): Plan {
  const moves = Object.entries(names).map(([from, to]) => {
    const file = path.join(folder, 'in', from);
    const { size, mtimeMs } = existsSync(file) ? statSync(file) : { size: 0, mtimeMs: 0 };
    return { from, to, sizeBytes: size, modifiedMs: Math.floor(mtimeMs) };
  });
  const plan = { source: path.join(folder, 'in'), destination: path.join(folder, 'out'), transfer, moves, stays: [] };
  return { $schema: 'plan.v1.json', madeAt: at.toISOString(), digest: planDigest(plan), ...plan };
}

const surroundings = (folder: string, signal = never) => ({ folder: path.join(folder, 'state'), signal, now: () => at });
const entriesBelow = (folder: string): readonly RollbackEntry[] =>
  readFileSync(journalFile(path.join(folder, 'state')), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => rollbackEntry.parse(JSON.parse(line)));

async function carriedOut(plan: Plan, folder: string): Promise<readonly string[]> {
  await using operation = await beginOperation(plan, surroundings(folder));
  const states: string[] = [];
  for await (const { move, result } of operation.carryOut()) {
    states.push(`${move.from} ${result.state === 'moved' ? 'moved' : result.cause}`);
  }
  return states;
}

t.test('each move is journalled before it happens and after', async (t) => {
  const folder = t.testdir({ in: { 'a.mkv': 'a', 'b.mkv': 'b', 'c.mkv': 'c' }, out: { 'B.mkv': 'old' } });
  const plan = planOf(folder, { 'a.mkv': 'x/A.mkv', 'b.mkv': 'B.mkv', 'gone.mkv': 'C.mkv', 'c.mkv': 'D.mkv' });
  writeFileSync(path.join(folder, 'in/c.mkv'), 'changed since');
  t.same(await carriedOut(plan, folder), ['a.mkv moved', 'b.mkv conflict', 'gone.mkv changed', 'c.mkv changed']);
  const entries = entriesBelow(folder);
  t.same(
    entries.map((entry) => [entry.state, 'sequence' in entry ? entry.sequence : undefined]),
    [
      ['begun', undefined],
      ['started', 0],
      ['finished', 0],
      ['started', 1],
      ['failed', 1],
      ['ended', undefined],
    ],
  );
  t.match(entries[0], { moves: 4, digest: plan.digest });
  t.match(entries[1], { folders: [path.join(folder, 'out/x')], at: at.toISOString() });
  t.match(entries.at(-1), { moved: 1, failed: 3 });
  t.equal(new Set(entries.map((entry) => entry.operation)).size, 1);
  t.equal(readFileSync(path.join(folder, 'out/B.mkv'), 'utf8'), 'old');
  t.same(readdirSync(path.join(folder, 'state/operations')), [], 'a plan that was carried out is not kept');
});

t.test('what a failed move made on the way goes', async (t) => {
  const folder = t.testdir({ in: { 'a.mkv': 'a' }, out: { deep: 'a file in the way' } });
  t.same(await carriedOut(planOf(folder, { 'a.mkv': 'deep/er/A.mkv' }), folder), ['a.mkv other']);
  t.same(readdirSync(path.join(folder, 'out')), ['deep']);
  t.equal(readFileSync(path.join(folder, 'in/a.mkv'), 'utf8'), 'a');
});

t.test('a companion stays with a video that cannot be moved', async (t) => {
  const folder = t.testdir({ in: { 'a.mkv': 'a', 'a.ass': 's', 'b.mkv': 'b', 'b.ass': 's' }, out: { 'A.mkv': 'old' } });
  const names = { 'a.mkv': 'A.mkv', 'a.ass': 'A.ass', 'b.mkv': 'B.mkv', 'b.ass': 'B.ass' };
  const plain = planOf(folder, names);
  const moves = plain.moves.map((move) =>
    move.from.endsWith('.ass') ? { ...move, companionOf: move.from.replace('.ass', '.mkv') } : move,
  );
  t.same(await carriedOut({ ...plain, moves, digest: planDigest({ ...plain, moves }) }, folder), [
    'a.mkv conflict',
    'a.ass video',
    'b.mkv moved',
    'b.ass moved',
  ]);
  t.same(readdirSync(path.join(folder, 'in')), ['a.ass', 'a.mkv']);
});

t.test('stops between two moves when asked to, and goes on later', async (t) => {
  const folder = t.testdir({ in: { 'a.mkv': 'a', 'b.mkv': 'b' } });
  const stop = new AbortController();
  const plan = planOf(folder, { 'a.mkv': 'A.mkv', 'b.mkv': 'B.mkv' });
  const run = async (): Promise<void> => {
    await using operation = await beginOperation(plan, surroundings(folder, stop.signal));
    for await (const { move } of operation.carryOut()) {
      t.equal(move.from, 'a.mkv');
      stop.abort(new ProgramError('interrupted', 'Stopped by SIGINT'));
    }
  };
  await t.rejects(run(), { code: 'interrupted' });
  t.same(readdirSync(path.join(folder, 'in')), ['b.mkv']);
  const { id } = await findUnfinished(undefined, surroundings(folder));
  await t.rejects(findUnfinished('0'.repeat(12), surroundings(folder)), { code: 'operation-unknown' });
  {
    await using operation = await resumeOperation(id, surroundings(folder));
    const states: string[] = [];
    for await (const { move, result } of operation.carryOut()) states.push(`${move.from} ${result.state}`);
    t.same(states, ['a.mkv moved', 'b.mkv moved']);
  }
  t.same(readdirSync(path.join(folder, 'out')), ['A.mkv', 'B.mkv']);
  await t.rejects(findUnfinished(undefined, surroundings(folder)), { code: 'nothing-to-resume' });
  await t.rejects(findUnfinished(id, surroundings(folder)), { code: 'nothing-to-resume' });
});

t.test('a copy leaves the original, its time is that of the original', async (t) => {
  const folder = t.testdir({ in: { 'a.mkv': 'a'.repeat(3 << 20) } });
  utimesSync(path.join(folder, 'in/a.mkv'), 1_000_000, 2_000_000);
  t.same(await carriedOut(planOf(folder, { 'a.mkv': 'A.mkv' }, 'copy'), folder), ['a.mkv moved']);
  t.same([readdirSync(path.join(folder, 'in')), readdirSync(path.join(folder, 'out'))], [['a.mkv'], ['A.mkv']]);
  const copy = statSync(path.join(folder, 'out/A.mkv'));
  t.same([copy.size, copy.mtimeMs, copy.nlink], [3 << 20, 2_000_000_000, 1]);
  t.same(
    entriesBelow(folder).map((entry) => entry.state),
    ['begun', 'started', 'copied', 'finished', 'ended'],
  );
});

t.test('one program at a time: the second is told which is at work', async (t) => {
  const folder = t.testdir({ in: { 'a.mkv': 'a' } });
  const plan = planOf(folder, { 'a.mkv': 'A.mkv' });
  {
    await using first = await beginOperation(plan, surroundings(folder));
    await t.rejects(beginOperation(plan, surroundings(folder)), { code: 'organize-busy', message: new RegExp(`process ${process.pid}$`) });
    await t.rejects(resumeOperation(first.id, surroundings(folder)), { code: 'organize-busy' });
    await using other = await beginOperation(plan, { ...surroundings(folder), folder: path.join(folder, 'other') });
    t.not(other.id, first.id, 'another user is not kept waiting');
  }
  t.same(await carriedOut(plan, folder), ['a.mkv moved'], 'free again');
});

t.test('a torn line goes before the next one is written, and a damaged one stays by itself', async (t) => {
  const folder = t.testdir({ in: { 'a.mkv': 'a' }, state: { 'rollback.jsonl': 'damaged\n{"$schema":"rollback-entry.v1.json","opera' } });
  await carriedOut(planOf(folder, { 'a.mkv': 'A.mkv' }), folder);
  const lines = readFileSync(journalFile(path.join(folder, 'state')), 'utf8')
    .trimEnd()
    .split('\n');
  t.equal(lines[0], 'damaged');
  t.same(
    lines.slice(1).map((line) => rollbackEntry.parse(JSON.parse(line)).state),
    ['begun', 'started', 'finished', 'ended'],
  );
});

t.test('without a journal nothing starts', async (t) => {
  const folder = t.testdir({ in: { 'a.mkv': 'a' }, state: {} });
  mkdirSync(path.join(folder, 'state/rollback.jsonl'));
  await t.rejects(carriedOut(planOf(folder, { 'a.mkv': 'A.mkv' }), folder), { code: 'journal-unwritable', exitCode: 1 });
  t.ok(existsSync(path.join(folder, 'in/a.mkv')));
  writeFileSync(path.join(folder, 'file'), '');
  await t.rejects(
    beginOperation(planOf(folder, { 'a.mkv': 'A.mkv' }), { ...surroundings(folder), folder: path.join(folder, 'file') }),
    Error,
  );
});
