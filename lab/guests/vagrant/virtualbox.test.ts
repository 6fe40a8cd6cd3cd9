import t from 'tap';
import { identify } from '../../testing/contracts/provider/endpoint-probe.ts';
import { leftOf } from '../../testing/vagrant/left-of.ts';
import { standInProject, standInSpec } from '../../testing/vagrant/stand-in-project.ts';
import { noVagrant } from '../../testing/vagrant/vagrant-rig.ts';
import { testCall } from '../../testing/wine-rig.ts';
import { transports } from '../../transports/index.ts';
import { systemClock } from '../../host/clock.ts';
import { addBox } from './boxes/add-box.ts';
import { pinnedBoxes } from './boxes/pinned-box.ts';
import { verifyBox } from './boxes/verify-box.ts';
import { readCatalogue } from './catalogue.ts';
import { vagrantProvider } from './vagrant-provider.ts';

t.setTimeout(300_000);

t.test('Vagrant’s own VirtualBox provider, with a stand-in for VirtualBox', { skip: noVagrant }, async (t) => {
  const project = await standInProject(t);
  const { masker, folder, env, settings, state } = project;
  const folders = { cache: state, state };
  const provider = vagrantProvider({ folders, masker, vagrantFolder: folder, vagrantEnv: env, hypervisor: 'virtualbox' });
  const home = env['VAGRANT_HOME'] ?? '';

  await t.rejects(
    provider.prepare([standInSpec], () => {}, testCall()),
    { code: 'vagrant.box-missing', hint: /lab boxes add/ },
  );
  const [box] = pinnedBoxes(await readCatalogue(folder), 'virtualbox', 'machines.json');
  if (!box) throw new Error('the catalogue has no box');
  t.same(await verifyBox(box, { folders, home }, 'deep', testCall()), { kind: 'absent' });
  await addBox(box, { folders, settings, home, now: '2026-11-21T12:00:00.000Z', onProgress: () => {} }, testCall());
  t.match(await verifyBox(box, { folders, home }, 'deep', testCall()), { kind: 'verified', files: 2 });
  await provider.prepare([standInSpec], () => {}, testCall());

  t.match(
    (await provider.doctor(testCall())).filter(({ subject }) => /^(?:hypervisor|box)/.test(subject)),
    [
      { subject: 'hypervisor virtualbox', state: 'warning', message: /stand-in.*simulated/ },
      { subject: 'box windows-11-25h2', state: 'ok' },
    ],
  );

  await t.test('two machines at once', async (t) => {
    const owner = { id: 'virtualbox' };
    const notices: string[] = [];
    const acquire = () => provider.acquire(standInSpec, owner, testCall(), (notice) => void notices.push(notice));
    const leases = await Promise.all([acquire(), acquire()]);
    t.match(notices, [/^windows-11 waits for its turn: process \d+ has had it for \d+ s, to import windows-11 for virtualbox$/]);
    const [one, other] = leases;
    for (const lease of leases) {
      t.equal(lease.assurance, 'simulated', 'a stand-in is never Windows');
      t.match(lease.platform, /^Stand-in for VirtualBox 7\.0\.6r155176 \(Vagrant 2\.\d.*anivault-lab\/windows-11-25h2-1\.0\.0\)$/);
      t.match(lease.endpoint, {
        user: 'vagrant',
        authentication: 'ntlm',
        toolkit: { kind: 'powershell' },
        certificateSha256: project.certificateSha256,
        pull: { listen: { host: '127.0.0.1' }, hostInGuest: '10.0.2.2' },
      });
    }
    const [first, second] = leases.map(({ endpoint }) => ('url' in endpoint ? endpoint.url : ''));
    t.match(first, /^https:\/\/127\.0\.0\.1:\d+\/wsman$/);
    t.not(first, second, 'Vagrant found another port for the second one');
    const call = testCall();
    {
      await using connection = await transports(systemClock).connect(one.endpoint, call);
      const { stdout } = await connection.run({ line: 'ver', shell: 'cmd' }, call);
      t.match(Buffer.from(stdout).toString(), 'Windows', 'over HTTPS, with the certificate pinned');
    }
    const calls = project.calls();
    t.equal(calls.filter((line) => line.startsWith('import ') && !line.startsWith('import -n')).length, 1, 'the box is imported once');
    t.equal(calls.filter((line) => line.startsWith('clonevm ')).length, 2, 'and cloned for each');
    await one.rewind(testCall());
    t.match(
      project.calls().findLast((line) => line.startsWith('snapshot ') && line.includes(' restore ')),
      'anivault-lab-pristine',
    );
    await one[Symbol.asyncDispose]();
    await t.rejects(identify({ ...one.endpoint, url: first } as typeof one.endpoint));
    await other[Symbol.asyncDispose]();
    t.same(
      (await leftOf(project)).filter((line) => !line.includes('stand-in-guest')),
      [],
    );
  });
});

t.test('a full disk', { skip: noVagrant }, async (t) => {
  const project = await standInProject(t, { LAB_STAND_IN_DISK_FULL: '1' });
  const { masker, folder, env, settings, state } = project;
  const folders = { cache: state, state };
  const [box] = pinnedBoxes(await readCatalogue(folder), 'virtualbox', 'machines.json');
  if (!box) throw new Error('the catalogue has no box');
  await addBox(
    box,
    { folders, settings, home: env['VAGRANT_HOME'] ?? '', now: '2026-11-21T12:00:00.000Z', onProgress: () => {} },
    testCall(),
  );
  const provider = vagrantProvider({ folders, masker, vagrantFolder: folder, vagrantEnv: env });
  await t.rejects(provider.acquire(standInSpec, { id: 'disk' }, testCall()), { code: 'vagrant.disk-full', hint: /lab clean/ });
  t.same(await leftOf(project), []);
});
