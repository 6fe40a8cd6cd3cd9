import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { LabEvent } from '../core/event.ts';
import { stillRunning } from '../testing/host-processes.ts';
import { guestFoldersOf, startLab } from '../testing/lab-process.ts';
import { scratchFolder } from '../testing/scratch-folder.ts';
import { noWine, projectRoot } from '../testing/wine-rig.ts';

t.setTimeout(900_000);

const oneCell = ['run', '--json', '--guest', 'win10', '--check', 'clean-install'];
const cellStarted = (event: LabEvent): boolean => event.type === 'cell-started';
const outcomes = (events: readonly LabEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'cell-finished' ? [event.outcome.kind] : []));

t.test('what a run survives, and what it leaves', { skip: noWine }, async (t) => {
  const scratch = await scratchFolder(t);
  const start = (args: readonly string[], name: string, through?: readonly string[]) => {
    const reports = path.join(scratch, name);
    const lab = startLab([...args, '--reports', reports], { state: path.join(scratch, 'state'), ...(through ? { through } : {}) });
    return { reports, ...lab };
  };
  const nothingLeft = async (t: Test, lab: ReturnType<typeof start>): Promise<void> => {
    t.ok(
      [...lab.descendants.values()].some((line) => line.includes('guest-host')),
      'there was a guest',
    );
    t.same(await stillRunning(lab.descendants.keys()), [], 'no process is left');
    for (const run of await readdir(lab.reports)) t.same(await guestFoldersOf(run), [], 'no folder of a guest is left');
  };

  await t.test('Ctrl-C in the middle of a check', async (t) => {
    const lab = start(oneCell, 'interrupted');
    await lab.until(cellStarted);
    lab.child.kill('SIGINT');
    const end = await lab.ended;
    t.equal(end.exitCode, 130, end.stderr);
    t.same(outcomes(end.events), [], 'no cell has an outcome that it did not earn');
    t.match(end.events.at(-1), { type: 'run-finished' });
    t.ok(end.events.some((event) => event.type === 'interrupted' && event.signal === 'SIGINT'));
    const verified = await startLab(['verify', 'latest', '--reports', lab.reports], { state: path.join(scratch, 'state') }).ended;
    t.match(verified, { exitCode: 0, stdout: /verdict interrupted/ });
    await nothingLeft(t, lab);
  });

  await t.test('SIGKILL of the controller in the middle of a check', async (t) => {
    const lab = start(oneCell, 'killed');
    await lab.until(cellStarted);
    lab.child.kill('SIGKILL');
    t.equal((await lab.ended).signal, 'SIGKILL');
    await nothingLeft(t, lab);
    const run = (...args: string[]) => startLab([...args, '--reports', lab.reports], { state: path.join(scratch, 'state') }).ended;
    t.match(await run('list'), { stdout: /unfinished.*not sealed/ });
    t.match(await run('report', 'latest'), { exitCode: 0, stdout: /planned and never answered/ });
    t.match(await run('verify', 'latest'), { exitCode: 1 });
    t.match(await run('clean'), { exitCode: 0, stdout: /removed what process \d+ was building|Nothing was left behind/ });
  });

  await t.test('a guest killed in the middle of a check fails its own cells only', async (t) => {
    const lab = start(['run', '--json', '--check', 'clean-install'], 'guest-killed');
    await lab.until(cellStarted);
    const host = [...lab.descendants].find(([, line]) => line.includes('guest-host'))?.[0];
    process.kill(host ?? Number.NaN, 'SIGKILL');
    const end = await lab.ended;
    t.equal(end.exitCode, 3, end.stderr);
    t.same(outcomes(end.events).toSorted(), ['inconclusive', 'passed']);
    t.ok(
      end.events.some(
        (event) =>
          event.type === 'cell-finished' &&
          event.outcome.kind === 'inconclusive' &&
          ['guest', 'transport'].includes(event.outcome.error.kind),
      ),
    );
    await nothingLeft(t, lab);
  });

  await t.test('two runs at the same time do not hurt each other', async (t) => {
    const [one, two] = [start(oneCell, 'one'), start(oneCell, 'two')];
    for (const lab of [one, two]) {
      const end = await lab.ended;
      t.equal(end.exitCode, 0, end.stderr);
      t.same(outcomes(end.events), ['passed']);
      await nothingLeft(t, lab);
    }
  });

  const full = path.join(scratch, 'full');
  await mkdir(full);
  const probe = await startLab(['--version'], { state: scratch, through: smallDisk(full) }).ended;
  const noSmallDisk =
    probe.exitCode === 0 ? false : 'mounting a small disk needs user namespaces or root: sysctl kernel.unprivileged_userns_clone=1';
  await t.test('a full disk ends the run with that error, and nothing is accepted', { skip: noSmallDisk }, async (t) => {
    const lab = start(oneCell, 'full', smallDisk(full));
    const end = await lab.ended;
    t.equal(end.exitCode, 3);
    t.match(`${end.stderr}${end.stdout}`, /The disk is full/);
    t.notOk(outcomes(end.events).includes('passed'));
    t.same(await stillRunning(lab.descendants.keys()), []);
  });

  await t.test('a broken configuration starts nothing and names every problem', async (t) => {
    const file = path.join(scratch, 'broken.json');
    const good = await readFile(path.join(projectRoot, 'lab.config.json'), 'utf8');
    await writeFile(file, good.replace('19045', '"new"').replace('"maxNoise"', '"maxNose"'));
    const end = await startLab(['run', '--config', file, '--reports', path.join(scratch, 'none')], { state: path.join(scratch, 'state') })
      .ended;
    t.equal(end.exitCode, 2);
    t.match(end.stderr, /broken\.json:\d+:\d+: guests\[0\]\.build/);
    t.match(end.stderr, /policy\.maxNose is not a key that is known here/);
    await t.rejects(readdir(path.join(scratch, 'none')), { code: 'ENOENT' });
  });
});

/** Runs what follows with a disk of 2 MiB in a folder's place: room for a journal, not for a release. */
const smallDisk = (folder: string): readonly string[] => [
  'unshare',
  ...(process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount']),
  'sh',
  '-c',
  `mount -t tmpfs -o size=2m tmpfs '${folder}' && exec "$0" "$@"`,
];
