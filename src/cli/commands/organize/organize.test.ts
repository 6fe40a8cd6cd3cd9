import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { CliEvent, EventOf } from '../../../contract/cli-event.ts';
import type { Plan } from '../../../contract/plan.ts';
import { planDigest } from '../../../organize/plan-digest.ts';
import { runCli, shippedSchemas } from '../../cli-rig.ts';

const of = <T extends CliEvent['type']>(type: T, events: readonly CliEvent[]): readonly EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type);
const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted();

const library = {
  '[Lab] Show - 01 (1080p).mkv': 'one',
  '[Lab] Show - 01 (1080p).en.forced.ass': 'text',
  '[Old] Show - 01 (720p).mkv': 'one, larger but with fewer lines',
  '[Old] Show - 01 (720p).ass': 'its own text',
  'Show - 02.mkv': 'two',
  Subs: { 'Show - 02.idx': 'i', 'Show - 02.sub': 's', 'Show - 09.ass': 'of no video' },
};

t.test('what belongs to a video goes with it; the better of two copies moves', async (t) => {
  const folder = t.testdir({ in: library });
  const { events, exitCode } = await runCli(['organize', 'in', '--to', 'out', '--apply', '--json'], folder);
  t.equal(exitCode, 10, 'one stays');
  t.same(filesBelow(path.join(folder, 'out/Show/Season 01')), [
    'Show - S01E01.en.forced.ass',
    'Show - S01E01.mkv',
    'Show - S01E02.idx',
    'Show - S01E02.mkv',
    'Show - S01E02.sub',
  ]);
  t.same(filesBelow(path.join(folder, 'in')), ['Subs/Show - 09.ass', '[Old] Show - 01 (720p).ass', '[Old] Show - 01 (720p).mkv']);
  t.same(
    of('stay', events()).map(({ path: file, reason, better }) => [file, reason, better]),
    [['[Old] Show - 01 (720p).mkv', 'duplicate', '[Lab] Show - 01 (1080p).mkv']],
  );
  t.match(of('organize-summary', events()), [{ files: 3, moves: 5, companions: 3, stays: 1, conflicts: 0, transfer: 'move' }]);
  t.equal(of('move', events()).find(({ to }) => to.endsWith('.ass'))?.companionOf, '[Lab] Show - 01 (1080p).mkv');
});

t.test('--copy leaves everything where it is', async (t) => {
  const folder = t.testdir({ in: library });
  const before = filesBelow(path.join(folder, 'in'));
  await runCli(['organize', 'in', '--to', 'out', '--copy', '--apply'], folder);
  t.same(filesBelow(path.join(folder, 'in')), before);
  t.equal(readFileSync(path.join(folder, 'out/Show/Season 01/Show - S01E01.mkv'), 'utf8'), 'one');
});

t.test('the library of the settings is where files go when no other is named', async (t) => {
  const folder = t.testdir({ in: { 'Show - 01.mkv': '' } });
  t.match(await runCli(['organize', 'in'], folder), { exitCode: 1, stderr: /No folder is named.*hint: Name it with --to/s });
  await runCli(['settings', 'set', 'library', 'lib'], folder);
  t.match((await runCli(['organize', 'in', '--json'], folder)).events()[0], { destination: path.join(folder, 'lib') });
});

t.test('errors of use', async (t) => {
  const folder = t.testdir({ in: {} });
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['organize'], /missing required argument 'folder'/],
    [['organize', 'in', '--from-plan', 'p.json'], /with --from-plan no folder is named/],
    [['organize', 'in', '--resume'], /with --resume no folder is named/],
    [['organize', '--resume', 'in'], /There is no operation "in"/],
    [['organize', '--from-plan', 'p.json', '--to', 'x'], /'--to' cannot be used with '--from-plan'/],
    [['organize', '--resume', '--copy'], /'--copy' cannot be used with '--resume'/],
    [['organize', '--resume', '--from-plan', 'p.json'], /'--resume' cannot be used with '--from-plan'/],
  ];
  for (const [args, wanted] of cases) t.match((await runCli(args, folder)).stderr, wanted, args.join(' '));
});

async function planned(folder: string): Promise<{ readonly file: string; readonly plan: Plan }> {
  const file = path.join(folder, 'plan.json');
  await runCli(['organize', 'in', '--to', 'out', '--plan', 'plan.json'], folder);
  const plan = JSON.parse(readFileSync(file, 'utf8')) as Plan;
  return { file, plan };
}

t.test('a plan is carried out later, and again without doing anything twice', async (t) => {
  const folder = t.testdir({ in: library });
  const { plan } = await planned(folder);
  t.ok(shippedSchemas.plan(plan));
  t.equal(planDigest(plan), plan.digest);
  const dry = await runCli(['organize', '--from-plan', 'plan.json', '--json'], folder);
  t.same(
    of('difference', dry.events()).map(({ difference }) => difference),
    Array.from({ length: 5 }, () => 'to-apply'),
  );
  t.notOk(existsSync(path.join(folder, 'out')));
  const applied = await runCli(['organize', '--from-plan', 'plan.json', '--apply', '--json'], folder);
  t.match(applied.events().at(-1), { applied: true, moves: 5, done: 0, stale: 0 });
  const again = await runCli(['organize', '--from-plan', 'plan.json', '--apply', '--json'], folder);
  t.match(again.events().at(-1), { applied: true, moves: 0, done: 5, stale: 0 });
});

t.test('a stale plan is refused with the difference', async (t) => {
  const folder = t.testdir({ in: { ...library, 'Show - 03.mkv': 'three', 'Show - 04.mkv': 'four' } });
  await planned(folder);
  rmSync(path.join(folder, 'in/Show - 02.mkv'));
  utimesSync(path.join(folder, 'in/Show - 03.mkv'), 1, 1);
  mkdirSync(path.join(folder, 'out/SHOW/season 01'), { recursive: true });
  writeFileSync(path.join(folder, 'out/SHOW/season 01/show - s01e04.MKV'), 'in the way');
  const before = filesBelow(folder).filter((file) => !file.includes('.state'));
  const refused = await runCli(['organize', '--from-plan', 'plan.json', '--apply', '--json'], folder);
  t.equal(refused.exitCode, 6);
  t.same(
    of('difference', refused.events())
      .filter(({ difference }) => difference !== 'to-apply')
      .map(({ from, difference }) => [from, difference]),
    [
      ['Show - 02.mkv', 'gone'],
      ['Show - 03.mkv', 'changed'],
      ['Show - 04.mkv', 'destination-taken'],
    ],
  );
  t.match(refused.events().at(-1), { type: 'error', code: 'plan-stale', exitCode: 6, message: /^3 of the 7 files/ });
  t.same(
    filesBelow(folder).filter((file) => !file.includes('.state')),
    before,
    'nothing was moved',
  );
  const people = await runCli(['organize', '--from-plan', 'plan.json'], folder);
  t.match(people, { exitCode: 6, stdout: /differs {2}Show - 02\.mkv.*out of date and would be refused/s });
});

t.test('a plan file from somewhere else', async (t) => {
  const folder = t.testdir({ in: library, other: { 'Show - 05.mkv': 'x' } });
  const { file, plan } = await planned(folder);
  const first = plan.moves[0] as Plan['moves'][number];
  const refused = async (content: unknown, code: string, message: RegExp): Promise<void> => {
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    const result = await runCli(['organize', '--from-plan', 'plan.json', '--apply', '--json'], folder);
    t.match([result.exitCode, result.events()], [1, [{ type: 'error', code, message }]], String(message));
  };
  const signed = (changes: Partial<Plan>): Plan => ({ ...plan, ...changes, digest: planDigest({ ...plan, ...changes }) });
  const withMove = (changes: Partial<Plan['moves'][number]>): Plan => signed({ moves: [{ ...first, ...changes }] });
  await refused('{"$schema":"plan.v1.json","madeAt":', 'plan-damaged', /no JSON/);
  await refused('[]', 'plan-foreign', /does not say that it is a plan/);
  await refused({ ...plan, $schema: 'plan.v2.json' }, 'plan-foreign', /says it is "plan\.v2\.json"/);
  await refused({ ...plan, moves: [{ from: 'a' }] }, 'plan-damaged', /not right at moves\.0/);
  await refused({ ...plan, moves: plan.moves.slice(1) }, 'plan-damaged', /changed after it was written/);
  for (const from of ['../in/x.mkv', '/etc/passwd', 'a/../../b', 'a//b', './a', 'a\0b']) {
    await refused(withMove({ from }), 'plan-unsafe', /is not below its source/);
  }
  for (const to of ['../x.mkv', '/etc/x', 'C:/x.mkv', 'a\\b.mkv', 'a.mkv:stream', 'NUL', 'a/./b', 'a/ b. /c']) {
    await refused(withMove({ to }), 'plan-unsafe', /is no name that this program would give/);
  }
  for (const source of ['in', 'C:\\Windows', '/tmp/../etc', '']) {
    await refused(signed({ source }), 'plan-unsafe', /is not the full path of a folder/);
  }
  await refused(signed({ moves: [first, first] }), 'plan-unsafe', /is to move twice/);
  await refused(signed({ moves: [first, { ...first, from: 'x', to: first.to.toUpperCase() }] }), 'plan-unsafe', /two files are to become/);
  symlinkSync(path.join(folder, 'other'), path.join(folder, 'in/link'));
  await refused(withMove({ from: 'link/Show - 05.mkv' }), 'plan-unsafe', /is a link: the plan would lead outside/);
  mkdirSync(path.join(folder, 'out'));
  symlinkSync(path.join(folder, 'other'), path.join(folder, 'out/Show'));
  await refused(plan, 'plan-unsafe', /out\/Show is a link/);
  rmSync(file);
  const none = await runCli(['organize', '--from-plan', 'plan.json'], folder);
  t.match(none, { exitCode: 1, stderr: /plan\.json cannot be read \(ENOENT\)/ });
  t.same(filesBelow(path.join(folder, 'other')), ['Show - 05.mkv']);
});
