import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { CliEvent } from '../../../contract/cli-event.ts';
import { runCli } from '../../cli-rig.ts';

const stateOf = (folder: string): string => path.join(folder, '.state/anivault');

/** A journal of so many operations, each with one move. */
function writeJournal(folder: string, operations: number): void {
  mkdirSync(stateOf(folder), { recursive: true });
  const base = { $schema: 'rollback-entry.v1.json', at: '2026-01-02T03:04:05.678Z' };
  const step = {
    sequence: 0,
    direction: 'forward',
    transfer: 'move',
    from: '/in/a.mkv',
    to: '/out/A.mkv',
    sizeBytes: 1,
    fingerprint: 'a'.repeat(64),
  };
  let text = '';
  for (let index = 0; index < operations; index += 1) {
    const about = { ...base, operation: index.toString(36).padStart(12, '0') };
    const lines = [
      { ...about, state: 'begun', transfer: 'move', source: '/in', destination: `/out ${index}`, moves: 1, digest: '' },
      { ...about, ...step, state: 'started', folders: [] },
      { ...about, ...step, state: 'finished' },
      { ...about, state: 'ended', moved: 1, failed: 0 },
    ];
    text += lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  }
  writeFileSync(path.join(stateOf(folder), 'rollback.jsonl'), text);
}

t.test('lists what was done, the newest last', async (t) => {
  const folder = t.testdir({ in: { 'Show - 01.mkv': 'one' } });
  t.match(await runCli(['log'], folder), { exitCode: 0, stdout: 'No files have been moved yet.\n' });
  await runCli(['organize', 'in', '--to', 'out', '--copy', '--apply'], folder);
  await runCli(['rollback', 'last', '--apply'], folder);
  await runCli(['organize', 'in', '--to', 'out', '--apply'], folder);
  const events = (await runCli(['log', '--json'], folder)).events();
  t.match(events, [
    { type: 'started', command: 'log' },
    { type: 'operation', state: 'rolled-back', transfer: 'copy', planned: 1, moved: 0 },
    { type: 'operation', state: 'finished', transfer: 'move', planned: 1, moved: 1, source: path.join(folder, 'in') },
    { type: 'log-summary', operations: 2, shown: 2, damaged: 0 },
  ]);
  const { stdout } = await runCli(['log', '--limit', '1'], folder);
  t.match(stdout, /^Operation +Began \(UTC\) +State +Files +Failed +From +To\n\S+ +20\S+ \S+ +finished +1\/1 +0 /);
  t.match(stdout, /2 operations in .*The newest 1 are shown/);
  t.match(await runCli(['log', '--limit', '0'], folder), { exitCode: 1, stderr: /whole number from 1/ });
});

t.test('damaged lines are told and left out', async (t) => {
  const folder = t.testdir({});
  writeJournal(folder, 3);
  appendFileSync(path.join(stateOf(folder), 'rollback.jsonl'), `damaged\n{}\n${'x'.repeat(3 << 20)}\n{"torn`);
  const result = await runCli(['log', '--json'], folder);
  t.equal(result.exitCode, 10);
  t.same(
    result.events().flatMap((event: CliEvent) => (event.type === 'problem' ? [event.message] : [])),
    [13, 14, 15].map((line) => `Line ${line} of the journal is damaged; it is left out`),
    'a last line without its end is being written by somebody',
  );
  t.match(result.events().at(-1), { operations: 3, shown: 3, damaged: 3, lines: 15 });
});

t.test('a journal of 100,000 lines is read in bounded memory', async (t) => {
  const folder = t.testdir({});
  writeJournal(folder, 25_000);
  const program = path.join(import.meta.dirname, '../../../main.ts');
  // Too little for the lines of the journal, which are 27 MB, to be held.
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', '--max-old-space-size=24', program, 'log', '--json'], {
    env: { ...process.env, XDG_STATE_HOME: path.join(folder, '.state'), LOCALAPPDATA: path.join(folder, '.state') },
    encoding: 'utf8',
  });
  t.equal(status, 0, stderr);
  const lines = stdout.trimEnd().split('\n');
  t.match(JSON.parse(lines.at(-1) ?? '') as object, { type: 'log-summary', operations: 25_000, shown: 20, lines: 100_000 });
  t.match(JSON.parse(lines.at(-2) ?? '') as object, { destination: '/out 24999' });
});
