import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { CliEvent } from '../contract/cli-event.ts';
import { asOrdinaryUser, ordinaryFolder } from '../testing/ordinary-user.ts';
import { runCli, shippedSchemas } from './cli-rig.ts';

const library = {
  'notes.txt': '',
  '[Lab] Hana no Uta - 01 🙂.mkv': 'one',
  '花の歌 第05話.mp4': 'five',
  sub: { 'Umi no Uta (2016) Movie.mkv': 'film' },
};
const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted();
const ofType = <T extends CliEvent['type']>(type: T, events: readonly CliEvent[]): readonly Extract<CliEvent, { type: T }>[] =>
  events.filter((event): event is Extract<CliEvent, { type: T }> => event.type === type);

t.test('--version, for people and as an event', async (t) => {
  const folder = t.testdir({});
  const people = await runCli(['--version'], folder);
  t.match(people, { exitCode: 0, stdout: /^anivault \S+ \(commit \S+, \S+, node \d+\.\d+\.\d+, \w+-\w+\)\n$/, stderr: '' });
  for (const args of [
    ['--version', '--json'],
    ['--json', '--version'],
    ['-V', '--json'],
  ]) {
    const [event, ...more] = (await runCli(args, folder)).events();
    t.match(event, { type: 'version', program: 'anivault', runtime: `node ${process.versions.node}` });
    t.equal(more.length, 0);
  }
});

t.test('help everywhere, with examples', async (t) => {
  const folder = t.testdir({});
  for (const args of [[], ['--help'], ['help'], ['scan', '--help'], ['organize', '--help'], ['help', 'verify']]) {
    const { exitCode, stdout, stderr } = await runCli(args, folder);
    t.equal(exitCode, 0, args.join(' '));
    t.match(stdout, /Usage: anivault.*Examples:\n {2}anivault /s);
    t.equal(stderr, '');
  }
});

t.test('errors of use say what was meant', async (t) => {
  const folder = t.testdir({});
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['orgnize'], /unknown command 'orgnize'.*Did you mean organize\?/s],
    [['organize', 'a', '--to', 'b', '--aply'], /unknown option '--aply'.*Did you mean --apply\?/s],
    [['organize'], /missing required argument 'folder'/],
    [['scan'], /missing required argument 'folder'/],
    [['scan', 'a', 'b'], /too many arguments/],
  ];
  for (const [args, wanted] of cases) {
    const people = await runCli(args, folder);
    t.match(people, { exitCode: 1, stdout: '', stderr: wanted });
    const [event] = (await runCli([...args, '--json'], folder)).events();
    t.match(event, { type: 'error', code: 'usage', exitCode: 1 });
  }
});

t.test('scan tells every file and sums up', async (t) => {
  const folder = t.testdir({ in: library });
  const result = await runCli(['scan', 'in', '--json'], folder);
  t.equal(result.exitCode, 0);
  const events = result.events();
  t.match(events[0], { type: 'started', command: 'scan', source: path.join(folder, 'in') });
  t.same(
    ofType('file', events).map((event) => [event.path, event.sizeBytes, event.parsed?.title]),
    [
      ['[Lab] Hana no Uta - 01 🙂.mkv', 3, 'Hana no Uta'],
      ['花の歌 第05話.mp4', 4, '花の歌'],
      ['sub/Umi no Uta (2016) Movie.mkv', 4, 'Umi no Uta'],
    ],
  );
  const summary = events.at(-1);
  t.match(summary, { type: 'scan-summary', paths: 6, directories: 2, files: 3, parsed: 3, problems: 0 });
  t.ok(summary?.type === 'scan-summary' && summary.peakMemoryBytes > 2 ** 20 && summary.durationMs > 0 && summary.pathsPerMinute > 0);
  t.match((await runCli(['scan', 'in'], folder)).stdout, /Video files +3\nNames understood +3 \(100\.0 %\)/);
});

t.test('scan of an empty folder, and of none', async (t) => {
  const folder = t.testdir({ empty: {} });
  t.match((await runCli(['scan', 'empty', '--json'], folder)).events().at(-1), {
    type: 'scan-summary',
    paths: 1,
    directories: 1,
    files: 0,
  });
  t.match(await runCli(['scan', 'none'], folder), { exitCode: 1, stdout: '', stderr: /There is no folder .*none\nhint: / });
  t.match((await runCli(['scan', 'none', '--json'], folder)).events().at(-1), { type: 'error', code: 'folder-not-found', exitCode: 1 });
});

t.test('organize changes nothing unless told to', async (t) => {
  const folder = t.testdir({ in: library });
  const before = filesBelow(path.join(folder, 'in'));
  const result = await runCli(['organize', 'in', '--to', 'out', '--json'], folder);
  t.equal(result.exitCode, 0);
  t.match(result.events().at(-1), { type: 'organize-summary', applied: false, moves: 3, failed: 0, stays: 0 });
  t.same(filesBelow(path.join(folder, 'in')), before);
  t.notOk(existsSync(path.join(folder, 'out')));
  t.match((await runCli(['organize', 'in', '--to', 'out'], folder)).stdout, /dry run: nothing was changed/);
});

t.test('organize --apply moves, journals, and has nothing to do the second time', async (t) => {
  const folder = t.testdir({ in: library });
  const result = await runCli(['organize', 'in', '--to', 'out', '--apply', '--json'], folder);
  t.equal(result.exitCode, 0);
  t.same(filesBelow(path.join(folder, 'out')), [
    'Hana no Uta/Season 01/Hana no Uta - S01E01.mkv',
    'Umi no Uta (2016)/Umi no Uta (2016).mkv',
    '花の歌/Season 01/花の歌 - S01E05.mp4',
  ]);
  t.same(filesBelow(path.join(folder, 'in')), ['notes.txt']);
  t.equal(readFileSync(path.join(folder, 'out/Hana no Uta/Season 01/Hana no Uta - S01E01.mkv'), 'utf8'), 'one');
  const summary = ofType('organize-summary', result.events())[0];
  t.match(summary, { applied: true, moves: 3 });
  const lines = readFileSync(summary?.journal ?? '', 'utf8')
    .trimEnd()
    .split('\n');
  t.equal(lines.length, 8);
  for (const line of lines) t.ok(shippedSchemas.rollbackEntry(JSON.parse(line)), line);

  const again = await runCli(['organize', 'out', '--to', 'out', '--apply', '--json'], folder);
  t.match([again.exitCode, again.events().at(-1)], [0, { type: 'organize-summary', moves: 0, stays: 3, conflicts: 0 }]);
});

t.test('conflicts stay, are told, and have their exit code; the rest is done', async (t) => {
  const folder = t.testdir({
    in: { '[A] Show - 01.mkv': 'a', '[B] SHOW - 01.mkv': 'b', '[A] Show - 02.mkv': 'new', '[A] Show - 03.mkv': 'c' },
    out: { show: { 'season 01': { 'SHOW - S01E02.MKV': 'old' } } },
  });
  const result = await runCli(['organize', 'in', '--to', 'out', '--apply', '--json'], folder);
  t.equal(result.exitCode, 6);
  t.same(
    ofType('stay', result.events()).map((event) => [event.path, event.reason]),
    [
      ['[A] Show - 01.mkv', 'same-destination'],
      ['[A] Show - 02.mkv', 'destination-exists'],
      ['[B] SHOW - 01.mkv', 'same-destination'],
    ],
  );
  t.match(result.events().at(-1), { moves: 1, stays: 3, conflicts: 3 });
  t.equal(readFileSync(path.join(folder, 'out/show/season 01/SHOW - S01E02.MKV'), 'utf8'), 'old');
});

t.test('names that are not understood make it a partial success', async (t) => {
  const folder = t.testdir({ in: { '01.mkv': '', 'random.mkv': '', 'Show - 02.mkv': '' } });
  const result = await runCli(['organize', 'in', '--to', 'out', '--apply', '--json'], folder);
  t.equal(result.exitCode, 10);
  t.same(
    ofType('stay', result.events()).map((event) => event.reason),
    ['not-understood', 'no-episode'],
  );
});

t.test('--plan writes the plan', async (t) => {
  const folder = t.testdir({ in: library });
  await runCli(['organize', 'in', '--to', 'out', '--plan', 'plans/plan.json'], folder);
  const plan: unknown = JSON.parse(readFileSync(path.join(folder, 'plans/plan.json'), 'utf8'));
  t.ok(shippedSchemas.plan(plan));
  t.match(plan, { source: path.join(folder, 'in'), destination: path.join(folder, 'out') });
  t.same(readdirSync(path.join(folder, 'plans')), ['plan.json']);
});

t.test('names cannot steer the terminal', async (t) => {
  const folder = t.testdir({ in: {} });
  writeFileSync(path.join(folder, 'in', '\u001b]0;owned\u0007\u202eShow - 01.mkv'), '');
  const { stdout } = await runCli(['organize', 'in', '--to', 'out'], folder);
  t.match(stdout, /\\u\{1b\}\]0;owned\\u\{7\}\\u\{202e\}Show/);
  t.notMatch(stdout, /[\u001b\u0007\u202e]/);
});

t.test('a folder that cannot be written fails each file and says 4 when none could be moved', async (t) => {
  const folder = ordinaryFolder(t);
  const organize = (...more: readonly string[]): ReturnType<typeof runCli> =>
    runCli(['organize', 'in', '--to', 'out', '--json', ...more], folder);
  await asOrdinaryUser(() => {
    mkdirSync(path.join(folder, 'in'));
    writeFileSync(path.join(folder, 'in/Show - 01.mkv'), '');
    mkdirSync(path.join(folder, 'out'), { mode: 0o500 });
  });
  await asOrdinaryUser(async () => {
    t.match((await organize()).exitCode, 0, 'nothing is tried without --apply');
    const result = await organize('--apply');
    t.match([result.exitCode, result.events().at(-1)], [4, { moves: 0, failed: 1 }]);
    t.same(filesBelow(path.join(folder, 'in')), ['Show - 01.mkv'], 'the file is where it was');
  });
});

t.test('an interrupted command says so', async (t) => {
  const folder = t.testdir({ in: library });
  const { ProgramError } = await import('../core/program-error.ts');
  const result = await runCli(['scan', 'in', '--json'], folder, AbortSignal.abort(new ProgramError('interrupted', 'Stopped by SIGINT')));
  t.match([result.exitCode, result.events().at(-1)], [130, { type: 'error', code: 'interrupted' }]);
});

t.test('verify --components lists what works', async (t) => {
  const folder = t.testdir({});
  const result = await runCli(['verify', '--components', '--json'], folder);
  t.equal(result.exitCode, 0);
  t.match(result.events().at(-1), { type: 'verify-summary', components: 2, working: 2 });
  for (const component of ofType('component', result.events()))
    t.match(component, { works: true, sha256: /^[0-9a-f]{64}$/, trial: /as expected$/ });
  t.match((await runCli(['verify'], folder)).stdout, /2 of 2 components work/);
});

t.test('a thousand lines arrive whole, in order, at a slow reader', async (t) => {
  const folder = t.testdir({
    in: Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`Show ${'x'.repeat(150)} - ${1000 + index}.mkv`, ''])),
  });
  const files = ofType('file', (await runCli(['scan', 'in', '--json'], folder)).events());
  t.equal(files.length, 1500);
  t.same(
    files.map((file) => file.path),
    files.map((file) => file.path).toSorted(),
  );
});
