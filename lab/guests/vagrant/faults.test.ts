import { utimes, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { LabError } from '../../core/error.ts';
import { vagrantProvider } from './vagrant-provider.ts';
import { leftOf, processesOf } from '../../testing/vagrant/left-of.ts';
import {
  catalogueWith,
  embeddedSpec,
  noEmbeddedVagrant,
  noVagrant,
  type VagrantProject,
  vagrantProject,
} from '../../testing/vagrant/vagrant-rig.ts';
import { testCall } from '../../testing/wine-rig.ts';
import { environmentOfLease, makeLeaseFolder } from './lease-folder.ts';
import { leasesFolder } from './lease-note.ts';
import { vagrantIn } from './vagrant.ts';
import { runVagrant } from './vagrant-command.ts';

t.setTimeout(300_000);

/** A machine that never answers: its process lives and listens nowhere. */
const silent = { settings: { embedded: { command: [process.execPath, '--eval', 'setInterval(() => {}, 1000)', 'silent-machine'] } } };
const OWNER = { id: 'fault' };

/** Acquiring fails with a code, and leaves nothing. */
async function fails(t: Test, project: VagrantProject, code: string, provider = project.provider): Promise<LabError | undefined> {
  const error: unknown = await provider.acquire(embeddedSpec, OWNER, testCall()).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  t.match(error, { code });
  t.same(await leftOf(project), [], 'nothing is left');
  return error instanceof LabError ? error : undefined;
}

t.test('a machine that does not boot in time', { skip: noVagrant }, async (t) => {
  const project = await vagrantProject(t, catalogueWith({ ...silent, bootSeconds: 3 }));
  const error = await fails(t, project, 'vagrant.boot-timeout');
  t.match(error?.hint, /bootSeconds/);
});

t.test('a Vagrantfile with a mistake', { skip: noVagrant }, async (t) => {
  const syntax = await vagrantProject(t, undefined, { vagrantfile: 'Vagrant.configure("2") do |config|\n' });
  await fails(t, syntax, 'vagrant.vagrantfile-invalid');
  await t.rejects(
    syntax.provider.prepare([embeddedSpec], () => {}, testCall()),
    { code: 'vagrant.vagrantfile-invalid' },
  );
  const unknownMachine = await vagrantProject(t, undefined, { vagrantfile: 'Vagrant.configure("2") { |c| c.vm.define "other" }\n' });
  await fails(t, unknownMachine, 'vagrant.vagrantfile-invalid');
});

t.test('what is in the catalogue and what is asked for', { skip: noVagrant }, async (t) => {
  const project = await vagrantProject(t);
  const other = { ...embeddedSpec, build: 22_000 };
  await t.rejects(project.provider.acquire(other, OWNER, testCall()), { code: 'vagrant.no-machine', hint: /win11 \(windows-11 26100\)/ });
  await t.rejects(project.provider.acquire({ ...embeddedSpec, transport: 'ssh' }, OWNER, testCall()), { code: 'vagrant.winrm-only' });
  await writeFile(path.join(project.folder, 'machines.json'), '{"format": 1, "machines": []}');
  const { provider } = await again(project);
  await t.rejects(provider.acquire(embeddedSpec, OWNER, testCall()), { code: 'vagrant.catalogue-invalid' });
  t.match(
    (await provider.doctor(testCall())).find(({ subject }) => subject.startsWith('catalogue')),
    { state: 'missing', hint: /schemas/ },
  );
});

t.test('no Vagrant, and no hypervisor', { skip: noVagrant }, async (t) => {
  const project = await vagrantProject(t);
  const folders = { cache: project.state, state: project.state };
  const common = { folders, masker: project.masker, vagrantFolder: project.folder, vagrantEnv: project.env };
  const missing = vagrantProvider({ ...common, vagrantProgram: 'vagrant-that-is-not-there' });
  await fails(t, project, 'vagrant.missing', missing);
  t.match((await missing.doctor(testCall()))[0], { subject: 'vagrant', state: 'missing' });
  const elsewhere = vagrantProvider({ ...common, hypervisor: 'virtualbox', vagrantEnv: { ...project.env, PATH: '/nowhere' } });
  const found = await elsewhere.doctor(testCall());
  t.match(
    found.find(({ subject }) => subject === 'hypervisor virtualbox'),
    { state: 'missing', hint: /virtualbox\.org/ },
  );
  const unknown = vagrantProvider({ ...common, hypervisor: 'parallels' });
  await t.rejects(unknown.acquire(embeddedSpec, OWNER, testCall()), { code: 'usage.unknown-name', hint: /libvirt/ });
});

t.test('a provider that Vagrant does not have', { skip: noVagrant }, async (t) => {
  const project = await vagrantProject(t);
  await writeFile(path.join(project.folder, '.vagrantplugins'), '');
  await t.rejects(
    vagrantIn(project.settings).up('win11', 'embedded', () => {}, testCall()),
    {
      code: /vagrant\.(?:provider-unusable|winrm-missing)/,
    },
  );
});

t.test('a Vagrant without the parts for WinRM', { skip: noVagrant }, async (t) => {
  const project = await vagrantProject(t);
  const all = path.join(import.meta.dirname, '../../testing/vagrant/embedded-provider.rb');
  await writeFile(path.join(project.folder, '.vagrantplugins'), `require ${JSON.stringify(all)}\n`);
  const missing = await vagrantIn(project.settings)
    .state('win11', testCall())
    .catch((error: unknown) => error);
  // Packages of Vagrant's makers have them.
  if (missing === 'not_created') t.pass('this Vagrant has them');
  else t.match(missing, { code: 'vagrant.winrm-missing', hint: /Debian/ });
});

t.test('a machine that another process works on', { skip: noVagrant }, async (t) => {
  const project = await vagrantProject(t, catalogueWith({ ...silent, bootSeconds: 6 }));
  const settings = { ...project.settings, dataFolder: path.join(project.state, 'shared') };
  const booting = Promise.withResolvers<void>();
  const first = vagrantIn(settings)
    .up(
      'win11',
      'embedded',
      (message) => message.kind === 'ui' && /Waiting for machine/.test(message.text) && booting.resolve(),
      testCall(),
    )
    .catch((error: unknown) => error);
  await booting.promise;
  let waits = 0;
  const halt = (lockWaitMs: number): Promise<unknown> =>
    runVagrant(settings, { args: ['halt', 'win11'], machine: 'win11', lockWaitMs, onLocked: () => (waits += 1) }, testCall());
  await t.rejects(halt(0), { code: 'vagrant.machine-locked', message: /win11/ });
  t.equal(waits, 0);
  await halt(60_000);
  t.not(waits, 0, 'it waited until the other one had given up');
  t.match(await first, { code: 'vagrant.boot-timeout' });
  await vagrantIn(settings).destroy('win11', testCall());
  t.same(await leftOf(project), []);
});

t.test('Vagrant is killed, and the lab is interrupted, in the middle of up', { skip: noVagrant }, async (t) => {
  const project = await vagrantProject(t, catalogueWith({ ...silent, bootSeconds: 60 }));
  const killed = project.provider.acquire(embeddedSpec, OWNER, testCall());
  killed.catch(() => {});
  const [vagrant] = await upProcesses(project);
  process.kill(vagrant ?? Number.NaN, 'SIGKILL');
  await t.rejects(killed, { code: 'vagrant.killed' });
  t.same(await leftOf(project), []);

  const reason = LabError.of('lab.interrupted', { signal: 'SIGINT' });
  const control = new AbortController();
  const base = testCall();
  const stopped = project.provider.acquire(embeddedSpec, OWNER, {
    signal: AbortSignal.any([base.signal, control.signal]),
    deadline: base.deadline,
  });
  stopped.catch(() => {});
  await upProcesses(project);
  control.abort(reason);
  t.equal(await stopped.catch((error: unknown) => error), reason);
  t.same(await leftOf(project), []);
});

t.test('a machine whose lease has lost its note is found in Vagrant’s memory', { skip: noVagrant }, async (t) => {
  const project = await vagrantProject(t, catalogueWith({ ...silent, bootSeconds: 2 }));
  const lease = path.join(leasesFolder({ cache: project.state, state: project.state }), 'forgotten');
  await makeLeaseFolder(lease, project.settings);
  const own = vagrantIn(environmentOfLease(lease, project.settings));
  await t.rejects(
    own.up('win11', 'embedded', () => {}, testCall()),
    { code: 'vagrant.boot-timeout' },
  );
  t.equal(await own.state('win11', testCall()), 'running');
  t.same(await project.provider.clean(testCall()), [], 'a young folder may be one that is being made');
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(lease, longAgo, longAgo);
  t.same(await project.provider.clean(testCall()), ['removed the machine of forgotten, which has no owner']);
  t.same(await leftOf(project), []);
});

t.test('a box with another digest than it should have', { skip: noVagrant }, async (t) => {
  const project = await vagrantProject(t);
  const file = path.join(project.state, '..', 'no.box');
  await writeFile(file, 'not a box');
  const adding = vagrantIn(project.settings).addBox(
    { name: 'anivault-lab/no-1', provider: 'virtualbox', file, sha256: '0'.repeat(64) },
    () => {},
    testCall(),
  );
  await t.rejects(adding, { code: 'vagrant.box-mismatch', message: /0{64}/ });
  t.same(await vagrantIn(project.settings).boxes(testCall()), []);
});

t.test('a port that is taken is told, and no fault', { skip: noEmbeddedVagrant }, async (t) => {
  const server = net.createServer();
  const taken = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(55_985, '127.0.0.1', () => resolve(true));
  });
  t.teardown(() => taken && server.close());
  const { provider } = await vagrantProject(t);
  t.match(
    (await provider.doctor(testCall())).find(({ subject }) => subject === 'port 55985'),
    { state: 'warning', hint: /lab clean/ },
  );
});

/** The same project with a provider that has not looked around. */
async function again(project: VagrantProject): Promise<VagrantProject> {
  const folders = { cache: project.state, state: project.state };
  const { masker, folder: vagrantFolder, env: vagrantEnv } = project;
  return { ...project, provider: vagrantProvider({ folders, masker, vagrantFolder, vagrantEnv }) };
}

/** Waits for `vagrant up` to have started its machine, and gives the process ids of Vagrant. */
async function upProcesses(project: VagrantProject): Promise<readonly number[]> {
  for (const endsAtMs = performance.now() + 30_000; performance.now() < endsAtMs; await wait(50)) {
    const all = await processesOf(project);
    const up = all.filter(({ commandLine }) => commandLine.includes(' up win11 '));
    if (up.length > 0 && all.some(({ commandLine }) => commandLine.includes('silent-machine'))) return up.map(({ pid }) => pid);
  }
  throw new Error('vagrant up was not seen');
}
