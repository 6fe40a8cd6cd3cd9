import { mkdir, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import type { RunRecord } from '../../core/record.ts';
import { stillRunning } from '../../testing/host-processes.ts';
import { startLab } from '../../testing/lab-process.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { leftOf, processesOf } from '../../testing/vagrant/left-of.ts';
import { catalogueWith, embeddedCommand, noEmbeddedVagrant, vagrantProject } from '../../testing/vagrant/vagrant-rig.ts';

t.setTimeout(400_000);

/** The machine of `lab.config.json` that an embedded guest can be. */
const catalogue = catalogueWith({
  name: 'windows-10',
  os: 'windows-10',
  build: 19045,
  settings: { embedded: { command: embeddedCommand.map((part) => (part === 'win11' ? 'win10' : part)) } },
});

t.test('the whole verification on a machine of real Vagrant’s', { skip: noEmbeddedVagrant }, async (t) => {
  const project = await vagrantProject(t, catalogue);
  const state = path.join(await scratchFolder(t), 'state');
  const reports = path.join(state, '..', 'reports');
  await mkdir(state);
  const env = { ...project.env, LAB_STATE_DIR: state, LAB_VAGRANT_DIR: project.folder, LAB_HYPERVISOR: 'embedded' };
  const running = startLab(['run', '--provider', 'vagrant', '--guest', 'windows-10', '--reports', reports], { state, env });
  const run = await running.ended;
  // What scanners say of the sources is not this test's; that the lab could decide, is.
  t.match(run.exitCode, /^[01]$/, `${run.stdout.slice(-3000)}\n${run.stderr}`);
  t.match(run.stdout, /rehearsal \(emulated, not Windows\)/);

  const [id = ''] = await readdir(reports);
  const record = JSON.parse(await readFile(path.join(reports, id, 'record.json'), 'utf8')) as RunRecord;
  t.equal(record.assurance, 'emulated', 'Vagrant makes no Windows of it');
  t.match(record.guests, [
    {
      spec: { name: 'windows-10', provider: 'vagrant' },
      osVersion: '10.0.19045',
      isolation: 'namespaces',
      platform: /^Wine 10\.0 in bubblewrap .* \(Vagrant 2\./,
    },
  ]);
  t.ok((record.guests[0]?.readyMs ?? 0) > 1000, 'the time to a pristine guest is in the record');
  t.same(
    record.cells.map((cell) => [cell.id, cell.outcome.kind]),
    [
      ['clean-install@windows-10', 'passed'],
      ['smartscreen@windows-10', 'skipped'],
      ['benchmark@windows-10', 'passed'],
    ],
  );
  t.same(await leftOf({ ...project, state: state as typeof project.state }), []);
  t.same(await stillRunning(running.descendants.keys()), []);
});

t.test('a killed lab leaves a machine that `lab clean` removes', { skip: noEmbeddedVagrant }, async (t) => {
  const project = await vagrantProject(t, catalogue);
  const state = path.join(await scratchFolder(t), 'state');
  await mkdir(state);
  const env = { ...project.env, LAB_STATE_DIR: state, LAB_VAGRANT_DIR: project.folder, LAB_HYPERVISOR: 'embedded' };
  const running = startLab(['guest', 'start', 'windows-10', '--json'], { state, env });
  running.ended.catch(() => {});
  const here = { ...project, state: state as typeof project.state };
  for (const endsAtMs = performance.now() + 60_000; performance.now() < endsAtMs; await wait(50))
    if ((await processesOf(here)).some(({ commandLine }) => commandLine.includes(' up windows-10 '))) break;
  running.child.kill('SIGKILL');
  await running.ended;
  t.not((await leftOf(here)).length, 0, 'something is left');
  const clean = await startLab(['clean'], { state, env }).ended;
  t.equal(clean.exitCode, 0, clean.stderr);
  t.match(clean.stdout, /removed machine windows-10 of guest-windows-10, left by process \d+/);
  t.same(await leftOf(here), []);
});
