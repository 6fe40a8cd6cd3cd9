import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { type RollbackEntry, rollbackEntry } from '../contract/rollback-entry.ts';
import { ProgramError } from '../core/program-error.ts';
import { applyMoves } from './apply-plan.ts';
import { openRollbackJournal } from './rollback-journal.ts';

const at = new Date('2026-01-02T03:04:05.678Z');
const entriesIn = (file: string): readonly RollbackEntry[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => rollbackEntry.parse(JSON.parse(line)));
const never = new AbortController().signal;

t.test('each move is journalled before it happens and after', async (t) => {
  const folder = t.testdir({ in: { 'a.mkv': 'a', 'b.mkv': 'b' }, out: { 'B.mkv': 'old' } });
  const folders = { source: path.join(folder, 'in'), destination: path.join(folder, 'out') };
  await using journal = await openRollbackJournal(path.join(folder, 'state/deep'), () => at);
  const seen: string[] = [];
  const moves = [
    { from: 'a.mkv', to: 'A.mkv', sizeBytes: 1 },
    { from: 'b.mkv', to: 'B.mkv', sizeBytes: 1 },
    { from: 'gone.mkv', to: 'C.mkv', sizeBytes: 1 },
  ];
  const watched = {
    ...journal,
    append: async (entry: Parameters<typeof journal.append>[0]) => {
      await journal.append(entry);
      seen.push(`${entry.state} ${path.basename(entry.from)} ${existsSync(entry.from) ? 'still there' : 'gone'}`);
    },
  };
  const states: string[] = [];
  for await (const { move, result } of applyMoves(moves, folders, watched, never)) states.push(`${move.from} ${result.state}`);
  t.same(states, ['a.mkv moved', 'b.mkv failed', 'gone.mkv failed']);
  t.same(seen, ['started a.mkv still there', 'finished a.mkv gone', 'started b.mkv still there', 'failed b.mkv still there']);
  const entries = entriesIn(journal.file);
  t.same(
    entries.map((entry) => [entry.state, entry.sequence]),
    [
      ['started', 0],
      ['finished', 0],
      ['started', 1],
      ['failed', 1],
    ],
  );
  t.equal(new Set(entries.map((entry) => entry.operation)).size, 1);
  t.equal(entries[0]?.at, at.toISOString());
  t.equal(readFileSync(path.join(folder, 'out/B.mkv'), 'utf8'), 'old');
});

t.test('stops between two moves when asked to', async (t) => {
  const folder = t.testdir({ in: { 'a.mkv': 'a', 'b.mkv': 'b' } });
  const folders = { source: path.join(folder, 'in'), destination: path.join(folder, 'out') };
  await using journal = await openRollbackJournal(path.join(folder, 'state'), () => at);
  const stop = new AbortController();
  const moves = ['a.mkv', 'b.mkv'].map((name) => ({ from: name, to: name, sizeBytes: 1 }));
  const run = async (): Promise<void> => {
    for await (const { move } of applyMoves(moves, folders, journal, stop.signal)) {
      t.equal(move.from, 'a.mkv');
      stop.abort(new ProgramError('interrupted', 'Stopped by SIGINT'));
    }
  };
  await t.rejects(run(), { code: 'interrupted' });
  t.ok(existsSync(path.join(folder, 'in/b.mkv')));
  t.same(
    entriesIn(journal.file).map((entry) => entry.state),
    ['started', 'finished'],
  );
});

t.test('a torn line spoils none but itself', async (t) => {
  const folder = t.testdir({ 'rollback.jsonl': '{"$schema":"rollback-entry.v1.json","opera' });
  const file = path.join(folder, 'rollback.jsonl');
  const entry = { sequence: 0, state: 'started', from: '/a', to: '/b', sizeBytes: 1, fingerprint: 'a'.repeat(64) } as const;
  {
    await using journal = await openRollbackJournal(folder, () => at);
    await journal.append(entry);
  }
  {
    await using journal = await openRollbackJournal(folder, () => at);
    await journal.append(entry);
  }
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  t.equal(lines.length, 3);
  for (const line of lines.slice(1)) t.ok(rollbackEntry.safeParse(JSON.parse(line)).success);
});

t.test('without a journal nothing starts', async (t) => {
  const folder = t.testdir({ state: 'a file, no folder' });
  await t.rejects(
    openRollbackJournal(path.join(folder, 'state'), () => at),
    { code: 'journal-unwritable', exitCode: 1 },
  );
  mkdirSync(path.join(folder, 'other/rollback.jsonl'), { recursive: true });
  await t.rejects(
    openRollbackJournal(path.join(folder, 'other'), () => at),
    { code: 'journal-unwritable' },
  );
});
