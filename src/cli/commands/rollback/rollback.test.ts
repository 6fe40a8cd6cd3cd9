import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { CliEvent, EventOf } from '../../../contract/cli-event.ts';
import { asOrdinaryUser, ordinaryFolder } from '../../../testing/ordinary-user.ts';
import { type CliRun, runCli, shippedSchemas } from '../../cli-rig.ts';

const of = <T extends CliEvent['type']>(type: T, events: readonly CliEvent[]): readonly EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type);
const treeBelow = (folder: string): readonly string[] => readdirSync(folder, { recursive: true }).map(String).toSorted();
const library = { 'Show - 01.mkv': 'one', 'Show - 02.mkv': 'two', deep: { 'Show - 03.mkv': 'three', 'Show - 03.ass': 'text' } };
const journalOf = (folder: string): string => path.join(folder, '.state/anivault/rollback.jsonl');

const organize = (folder: string, ...more: readonly string[]): Promise<CliRun> =>
  runCli(['organize', 'in', '--to', 'out', '--apply', '--json', ...more], folder);
const rollback = (folder: string, ...more: readonly string[]): Promise<CliRun> => runCli(['rollback', 'last', '--json', ...more], folder);

t.test('nothing is taken back without --apply; then everything is, and the folders that were made go', async (t) => {
  const folder = t.testdir({ in: library, out: { Other: {} } });
  const [before, beforeOut] = [treeBelow(path.join(folder, 'in')), treeBelow(path.join(folder, 'out'))];
  await organize(folder);
  const moved = treeBelow(path.join(folder, 'out'));
  const dry = await rollback(folder);
  t.match([dry.exitCode, dry.events().at(-1)], [0, { applied: false, undone: 4, kept: 0, folders: 2, files: 4 }]);
  t.same(treeBelow(path.join(folder, 'out')), moved);
  const done = await rollback(folder, '--apply');
  t.match([done.exitCode, done.events().at(-1)], [0, { type: 'rollback-summary', applied: true, undone: 4, kept: 0, folders: 2 }]);
  t.equal(of('undo', done.events()).filter(({ companionOf }) => companionOf?.endsWith('Show - 03.mkv')).length, 1);
  t.same([treeBelow(path.join(folder, 'in')), treeBelow(path.join(folder, 'out'))], [before, beforeOut]);
  const again = await rollback(folder, '--apply');
  t.match([again.exitCode, again.events().at(-1)], [0, { undone: 0, kept: 0 }], 'a second time there is nothing to do');
  for (const line of readFileSync(journalOf(folder), 'utf8').trimEnd().split('\n')) {
    t.ok(shippedSchemas.rollbackEntry(JSON.parse(line)), line);
  }
});

t.test('a file that has changed, gone, or whose place is taken stays; the rest is taken back', async (t) => {
  const folder = t.testdir({ in: library });
  await organize(folder);
  const season = path.join(folder, 'out/Show/Season 01');
  writeFileSync(path.join(season, 'Show - S01E01.mkv'), 'edited');
  writeFileSync(path.join(folder, 'in/Show - 02.mkv'), 'a new one');
  renameSync(path.join(season, 'Show - S01E03.ass'), path.join(folder, 'elsewhere.ass'));
  const result = await rollback(folder, '--apply');
  t.equal(result.exitCode, 6);
  t.same(
    of('undo', result.events()).map(({ from, state, reason }) => [path.basename(from), state, reason]),
    [
      ['Show - S01E03.ass', 'kept', 'gone'],
      ['Show - S01E03.mkv', 'undone', undefined],
      ['Show - S01E02.mkv', 'kept', 'taken'],
      ['Show - S01E01.mkv', 'kept', 'changed'],
    ].toSorted(([a], [b]) => (order.indexOf(a ?? '') < order.indexOf(b ?? '') ? -1 : 1)),
  );
  t.equal(readFileSync(path.join(season, 'Show - S01E01.mkv'), 'utf8'), 'edited');
  t.equal(readFileSync(path.join(folder, 'in/Show - 02.mkv'), 'utf8'), 'a new one');
  t.match((await runCli(['log'], folder)).stdout, /partly rolled back/);
  rmSync(path.join(folder, 'in/Show - 02.mkv'));
  t.match((await rollback(folder, '--apply')).events().at(-1), { undone: 1, kept: 2 }, 'it can be tried again');
});
const order = ['Show - S01E03.ass', 'Show - S01E03.mkv', 'Show - S01E02.mkv', 'Show - S01E01.mkv'];

t.test('copies go while they are what was copied and the original is there', async (t) => {
  const folder = t.testdir({ in: { 'A - 01.mkv': 'one', 'A - 02.mkv': 'two', 'A - 03.mkv': 'three', 'A - 04.mkv': 'four' } });
  await organize(folder, '--copy');
  const season = path.join(folder, 'out/A/Season 01');
  writeFileSync(path.join(season, 'A - S01E02.mkv'), 'TWO');
  rmSync(path.join(folder, 'in/A - 03.mkv'));
  writeFileSync(path.join(folder, 'in/A - 04.mkv'), 'other');
  const result = await rollback(folder, '--apply');
  t.equal(result.exitCode, 6);
  t.same(
    of('undo', result.events()).map(({ state, reason }) => [state, reason]),
    [
      ['kept', 'original-changed'],
      ['kept', 'original-gone'],
      ['kept', 'changed'],
      ['undone', undefined],
    ],
  );
  t.same(treeBelow(season), ['A - S01E02.mkv', 'A - S01E03.mkv', 'A - S01E04.mkv']);
});

t.test('an older operation by its id, and folders of the source that are gone', async (t) => {
  const folder = t.testdir({ in: library });
  const first = of('organize-summary', (await organize(folder)).events())[0]?.operation ?? '';
  rmSync(path.join(folder, 'in'), { recursive: true });
  mkdirSync(path.join(folder, 'in'));
  writeFileSync(path.join(folder, 'in/Show - 09.mkv'), 'nine');
  await organize(folder);
  const result = await runCli(['rollback', first, '--apply'], folder);
  t.match(result, { exitCode: 0, stdout: /Taken back +4/ });
  t.same(treeBelow(path.join(folder, 'in')), ['Show - 01.mkv', 'Show - 02.mkv', 'deep', 'deep/Show - 03.ass', 'deep/Show - 03.mkv']);
  t.same(treeBelow(path.join(folder, 'out')), ['Show', 'Show/Season 01', 'Show/Season 01/Show - S01E09.mkv']);
});

t.test('an operation that there is not', async (t) => {
  const folder = t.testdir({});
  t.match(await runCli(['rollback', 'last'], folder), { exitCode: 1, stderr: /No files have been moved yet/ });
  t.match(await runCli(['rollback', 'none'], folder), { exitCode: 1, stderr: /There is no operation "none"/ });
});

t.test('damaged lines of the journal are told, and the rest is taken back', async (t) => {
  const folder = t.testdir({ in: library });
  await organize(folder);
  appendFileSync(journalOf(folder), '{"operation":\n');
  const lines = readFileSync(journalOf(folder), 'utf8').split('\n');
  const damaged = lines.map((line) => (line.includes('S01E01') && line.includes('started') ? line.replace('sizeBytes', 'size') : line));
  writeFileSync(journalOf(folder), damaged.join('\n'));
  const result = await rollback(folder, '--apply');
  t.equal(result.exitCode, 10);
  t.equal(of('problem', result.events()).filter(({ code }) => code === 'journal-line-damaged').length, 2);
  t.match(result.events().at(-1), { undone: 4, problems: 2 }, 'the line about the end of a move tells all about it, too');
});

t.test('what may not be touched stays, with the exit code for it', async (t) => {
  const folder = ordinaryFolder(t);
  await asOrdinaryUser(async () => {
    mkdirSync(path.join(folder, 'in'));
    writeFileSync(path.join(folder, 'in/Show - 01.mkv'), 'one');
    await organize(folder);
    const { chmodSync } = await import('node:fs');
    chmodSync(path.join(folder, 'in'), 0o500);
    const result = await rollback(folder, '--apply');
    chmodSync(path.join(folder, 'in'), 0o700);
    t.match([result.exitCode, result.events().at(-1)], [4, { undone: 0, failed: 1, kept: 0 }]);
    t.ok(existsSync(path.join(folder, 'out/Show/Season 01/Show - S01E01.mkv')));
  });
});
