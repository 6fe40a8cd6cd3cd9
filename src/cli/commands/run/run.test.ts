import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { CliEvent, EventOf } from '../../../contract/cli-event.ts';
import { stateFolder } from '../../../core/state-folder.ts';
import { startStandInHere } from '../../../testing/tmdb-stand-in-here.ts';
import { type CliRun, rigEnvironment, runCli, shippedSchemas } from '../../cli-rig.ts';

const downloads = {
  '[Lab] Shingeki no Kyojin - 27 [1080p].mkv': 'titan 27',
  '[Lab] Shingeki no Kyojin - 27 [1080p].ass': 'titan 27, subtitles',
  'One Piece - 900 (2018).mkv': 'piece',
  'Hunter x Hunter - 05.mkv': 'which of two',
  'Zzyzx Quux - 01.mkv': 'nobody knows it',
  'Bleach OVA - 01.mkv': 'which special',
  'Bleach - 999.mkv': 'no such episode',
  '01.mkv': 'no title',
  films: { 'Kimi no Na wa (2016) Movie.mkv': 'film' },
};
const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted();
const ofType = <T extends CliEvent['type']>(type: T, { events }: CliRun): readonly EventOf<T>[] =>
  events().filter((event): event is EventOf<T> => event.type === type);
const stays = (run: CliRun): Readonly<Record<string, string>> =>
  Object.fromEntries(ofType('stay', run).map((stay) => [stay.path, stay.reason]));

t.test('what is sure moves under its TMDB name, what is not stays with a reason', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const folder = t.testdir({ in: downloads });
  const before = filesBelow(path.join(folder, 'in'));
  const dry = await runCli(['run', 'in', '--to', 'out', '--json'], folder, { environment });
  t.equal(dry.exitCode, 10);
  t.match(dry.events()[0], { type: 'started', command: 'run', destination: path.join(folder, 'out') });
  t.match(dry.events().at(-1), { type: 'run-summary', applied: false, files: 8, matched: 5, uncertain: 1, none: 1, notUnderstood: 1 });
  t.same(filesBelow(path.join(folder, 'in')), before, 'a dry run changes nothing');
  t.notOk(existsSync(path.join(folder, 'out')));
  t.same(stays(dry), {
    '01.mkv': 'not-understood',
    'Bleach - 999.mkv': 'unknown-episode',
    'Bleach OVA - 01.mkv': 'unknown-episode',
    'Hunter x Hunter - 05.mkv': 'uncertain-title',
    'Zzyzx Quux - 01.mkv': 'no-match',
  });
  t.same(
    ofType('match', dry).map((match) => match.path),
    ['Bleach - 999.mkv', 'Bleach OVA - 01.mkv', 'Hunter x Hunter - 05.mkv'],
    'what could be meant is told of what stays',
  );
  const asked = (await standIn.seen()).length;

  const applied = await runCli(['run', 'in', '--to', 'out', '--apply', '--json'], folder, { environment });
  t.equal(applied.exitCode, 10);
  const out = filesBelow(path.join(folder, 'out'));
  t.same(
    out.filter((file) => !file.endsWith('.ass')),
    [
      'Attack on Titan (2013)/Season 02/Attack on Titan - S02E02.mkv',
      'One Piece (1999)/Season 21/One Piece - S21E09.mkv',
      'Your Name (2016)/Your Name (2016).mkv',
    ],
  );
  t.equal(readFileSync(path.join(folder, 'out', out.find((file) => file.endsWith('E02.mkv')) ?? ''), 'utf8'), 'titan 27');
  const summary = ofType('run-summary', applied)[0];
  t.match(summary, { applied: true, failed: 0, conflicts: 0, hitRate: 1 });
  t.equal((await standIn.seen()).length, asked, 'the second time the cache knows it all');
  const lines = readFileSync(summary?.journal ?? '', 'utf8')
    .trimEnd()
    .split('\n');
  for (const line of lines) t.ok(shippedSchemas.rollbackEntry(JSON.parse(line)), line);

  const again = await runCli(['run', 'out', '--to', 'out', '--apply', '--json'], folder, { environment });
  t.match([again.exitCode, again.events().at(-1)], [0, { moves: 0, stays: 3 }], 'and a library stays as it is');
});

t.test('texts for people', async (t) => {
  await using standIn = await startStandInHere();
  const folder = t.testdir({ in: downloads });
  const { stdout } = await runCli(['run', 'in', '--to', 'out'], folder, { environment: standIn.environment });
  t.match(stdout, /^UNCERTAIN +Hunter x Hunter - 05\.mkv\n(?: +\d+\.\d %  Hunter x Hunter \(\d+\).*\n){2,}/m);
  t.match(stdout, /It is not sure which title of TMDB it is\./);
  t.match(stdout, /^Known for sure +5 \(of 4 titles\)$/m);
  t.match(stdout, /dry run: nothing was changed/);
});

t.test('what is uncertain moves when the user accepts it, and less when the user asks for more', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const folder = t.testdir({ in: downloads });
  const accepted = await runCli(['run', 'in', '--to', 'out', '--accept-uncertain', '--json'], folder, { environment });
  t.same(stays(accepted), { '01.mkv': 'not-understood', 'Zzyzx Quux - 01.mkv': 'no-match' });
  const moves = ofType('move', accepted).map((move) => move.to);
  t.ok(moves.includes('Bleach (2004)/Season 01/Bleach - S01E999.mkv'), moves.join());
  t.ok(moves.includes('Bleach (2004)/Season 00/Bleach - S00E01.mkv'));
  const few = await runCli(['run', 'in', '--to', 'out', '--min-confidence', '0.93', '--json'], folder, { environment });
  t.match(stays(few), { 'Hunter x Hunter - 05.mkv': 'uncertain-title', '[Lab] Shingeki no Kyojin - 27 [1080p].mkv': 'uncertain-title' });
  for (const text of ['1.5', '-1', 'very', '']) {
    t.match(
      await runCli(['run', 'in', '--to', 'out', '--min-confidence', text], folder),
      { exitCode: 1, stderr: /number from 0 to 1/ },
      text,
    );
  }
});

t.test('the library of the settings is where files go, unless another one is named', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const folder = t.testdir({ in: { 'Bleach - 05.mkv': '' } });
  const none = await runCli(['run', 'in', '--json'], folder, { environment });
  t.match([none.exitCode, none.events().at(-1)], [1, { type: 'error', code: 'no-library', hint: /settings set library/ }]);
  await runCli(['settings', 'set', 'library', 'Anime'], folder);
  t.equal((await runCli(['run', 'in', '--apply'], folder, { environment })).exitCode, 0);
  t.same(filesBelow(path.join(folder, 'Anime')), ['Bleach (2004)/Season 01/Bleach - S01E05.mkv']);
  t.match((await runCli(['run', 'in', '--to', 'other', '--json'], folder, { environment })).events()[0], {
    destination: path.join(folder, 'other'),
  });
});

t.test('--plan writes the plan, and --offline asks nobody', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const folder = t.testdir({ in: { 'Bleach - 05.mkv': '', 'Blue Lock - 01.mkv': '' }, less: { 'Bleach - 05.mkv': '' } });
  await runCli(['run', 'less', '--to', 'out', '--language', 'ko-KR'], folder, { environment });
  const asked = (await standIn.seen()).length;
  const run = await runCli(['run', 'in', '--to', 'out', '--language', 'ko-KR', '--offline', '--plan', 'plan.json', '--json'], folder, {
    environment,
  });
  t.equal(run.exitCode, 10);
  t.same(stays(run), { 'Blue Lock - 01.mkv': 'no-answer' });
  const plan: unknown = JSON.parse(readFileSync(path.join(folder, 'plan.json'), 'utf8'));
  t.ok(shippedSchemas.plan(plan));
  t.match(plan, { moves: [{ to: '블리치 (2004)/Season 01/블리치 - S01E05.mkv' }] });
  t.equal((await standIn.seen()).length, asked);
});

t.test('--copy leaves the files where they are', async (t) => {
  await using standIn = await startStandInHere();
  const folder = t.testdir({ in: { 'Bleach - 05.mkv': 'five' } });
  const run = await runCli(['run', 'in', '--to', 'out', '--copy', '--apply', '--json'], folder, { environment: standIn.environment });
  t.match([run.exitCode, run.events().at(-1)], [0, { transfer: 'copy', moves: 1 }]);
  t.same(
    filesBelow(folder).filter((file) => file.endsWith('.mkv')),
    ['in/Bleach - 05.mkv', 'out/Bleach (2004)/Season 01/Bleach - S01E05.mkv'],
  );
});

t.test('what a run did can be taken back, and done from its plan', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const folder = t.testdir({ in: { 'Bleach - 05.mkv': 'five', 'Bleach - 05.ass': 'subtitles' } });
  const before = filesBelow(path.join(folder, 'in'));
  t.equal((await runCli(['run', 'in', '--to', 'out', '--plan', 'plan.json', '--apply'], folder, { environment })).exitCode, 0);
  const after = filesBelow(path.join(folder, 'out'));
  t.same(after, ['Bleach (2004)/Season 01/Bleach - S01E05.ass', 'Bleach (2004)/Season 01/Bleach - S01E05.mkv']);
  t.equal((await runCli(['rollback', 'last', '--apply'], folder)).exitCode, 0);
  t.same(filesBelow(path.join(folder, 'in')), before);
  t.equal((await runCli(['organize', '--from-plan', 'plan.json', '--apply'], folder)).exitCode, 0);
  t.same(filesBelow(path.join(folder, 'out')), after);
});

t.test('a conflict has its exit code, and the rest is done', async (t) => {
  await using standIn = await startStandInHere();
  const folder = t.testdir({
    in: { 'Bleach - 05.mkv': 'new', 'Bleach - 06.mkv': '' },
    out: { 'Bleach (2004)': { 'Season 01': { 'bleach - s01e05.mkv': 'old' } } },
  });
  const run = await runCli(['run', 'in', '--to', 'out', '--apply', '--json'], folder, { environment: standIn.environment });
  t.equal(run.exitCode, 6);
  t.match(run.events().at(-1), { moves: 1, stays: 1, conflicts: 1 });
  t.equal(readFileSync(path.join(folder, 'out/Bleach (2004)/Season 01/bleach - s01e05.mkv'), 'utf8'), 'old');
});

t.test('when TMDB cannot be asked nothing is moved', async (t) => {
  await using standIn = await startStandInHere();
  const { ANIVAULT_TMDB_URL } = standIn.environment;
  const folder = t.testdir({ in: { 'Bleach - 05.mkv': '', 'Bleach - 05.ass': '' }, '.state': {} });
  const before = filesBelow(path.join(folder, 'in'));
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, number])[] = [
    ['tmdb-key-missing', { ANIVAULT_TMDB_URL }, 2],
    ['tmdb-key-refused', { ANIVAULT_TMDB_URL, ANIVAULT_TMDB_KEY: 'f'.repeat(32) }, 2],
    ['tmdb-unreachable', { ...standIn.environment, ANIVAULT_TMDB_URL: 'http://127.0.0.1:9/' }, 1],
    ['tmdb-address', { ...standIn.environment, ANIVAULT_TMDB_URL: 'http://example.com/' }, 1],
  ];
  for (const [code, environment, exitCode] of cases) {
    const run = await runCli(['run', 'in', '--to', 'out', '--apply', '--json'], folder, { environment });
    t.match([run.exitCode, run.events().at(-1)], [exitCode, { type: 'error', code, hint: /\w/ }], code);
  }
  const cache = path.join(stateFolder(rigEnvironment(folder)), 'cache');
  rmSync(cache, { recursive: true, force: true });
  writeFileSync(cache, 'no folder');
  const run = await runCli(['run', 'in', '--to', 'out', '--apply', '--json'], folder, { environment: standIn.environment });
  t.match([run.exitCode, run.events().at(-1)], [7, { type: 'error', code: 'cache-corrupt' }]);
  t.same(filesBelow(path.join(folder, 'in')), before);
  t.notOk(existsSync(path.join(folder, 'out')));
});
