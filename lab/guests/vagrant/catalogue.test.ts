import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { GuestSpec } from '../../core/guest.ts';
import { type LocalPath, guestName } from '../../core/ids.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { projectRoot } from '../../testing/wine-rig.ts';
import { machineFor, readCatalogue, vagrantNameOf } from './catalogue.ts';
import { indexedMachines } from './machine-index.ts';

const vagrantFolder = path.join(projectRoot, 'vagrant') as LocalPath;

t.test('the catalogue of the repository', async (t) => {
  const catalogue = await readCatalogue(vagrantFolder);
  for (const box of catalogue.boxes) {
    t.same(Object.keys(box.downloads).toSorted(), ['hyperv', 'libvirt', 'virtualbox', 'vmware_desktop'], box.name);
    for (const [hypervisor, { url, digest }] of Object.entries(box.downloads)) {
      t.match(url, /^https:\/\/.*\.box$/, `${box.name} for ${hypervisor} has an address of its own, not a name in a registry`);
      t.ok('sha256' in digest || digest.unknown.length > 10, 'a digest, or why there is none');
    }
  }
  const { guests } = JSON.parse(await readFile(path.join(projectRoot, 'lab.config.json'), 'utf8')) as { guests: GuestSpec[] };
  const ours = guests.filter(({ provider }) => provider === 'vagrant');
  t.same(ours.map(({ os }) => os).toSorted(), ['windows-10', 'windows-11']);
  for (const spec of ours) {
    t.equal(machineFor(catalogue, spec, 'machines.json').name, spec.name);
    t.equal(spec.onRequest, true, 'a run without a word about it needs no hypervisor');
  }
});

t.test('what a catalogue must not say', async (t) => {
  const folder = await scratchFolder(t);
  const good = JSON.parse(await readFile(path.join(vagrantFolder, 'machines.json'), 'utf8')) as Record<string, never>;
  const [first] = good['machines'] as unknown as readonly Record<string, unknown>[];
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /is not valid/],
    ['{', /is not valid/],
    [JSON.stringify({ ...good, format: 2 }), /format/],
    [JSON.stringify({ ...good, machines: [] }), /machines/],
    [JSON.stringify({ ...good, machines: [first, first] }), /the same name/],
    [JSON.stringify({ ...good, machines: [{ ...first, box: 'none' }] }), /no box none/],
    [JSON.stringify({ ...good, machines: [{ ...first, build: 10_240 }] }), /windows-10 10240, and windows-10-22h2 windows-10 19045/],
    [JSON.stringify({ ...good, machines: [{ ...first, provision: [{ script: '../../evil.ps1' }] }] }), /provision/],
    [JSON.stringify({ ...good, hypervisor: 'bochs' }), /hypervisor/],
  ];
  for (const [text, problem] of cases) {
    await writeFile(path.join(folder, 'machines.json'), text);
    await t.rejects(readCatalogue(folder), { code: 'vagrant.catalogue-invalid', message: problem });
  }
});

t.test('the machine for a guest', async (t) => {
  const catalogue = await readCatalogue(vagrantFolder);
  const spec = (name: string, build: number): GuestSpec => ({ name: guestName(name), os: 'windows-11', build, provider: 'vagrant' });
  t.equal(machineFor(catalogue, spec('other', 26_200), 'f').name, 'windows-11', 'the only one of that build');
  t.throws(() => machineFor(catalogue, spec('windows-10', 26_200), 'f'), { code: 'vagrant.no-machine' }, 'a name alone is not enough');
  t.throws(() => machineFor(catalogue, spec('windows-11', 22_000), 'f'), {
    code: 'vagrant.no-machine',
    hint: /windows-10 \(windows-10 19045\)/,
  });
  t.equal(vagrantNameOf({ name: 'a', version: '1.2' }), 'anivault-lab/a-1.2');
});

t.test('Vagrant’s memory of machines', async (t) => {
  const home = await scratchFolder(t);
  t.same(await indexedMachines(home), []);
  const file = path.join(home, 'data', 'machine-index', 'index');
  await mkdir(path.dirname(file), { recursive: true });
  const entry = { name: 'win10', provider: 'virtualbox', local_data_path: '/x/data', vagrantfile_path: '/x', state: 'running', extra: 1 };
  await writeFile(file, JSON.stringify({ version: 1, machines: { abc: entry } }));
  t.same(await indexedMachines(home), [{ id: 'abc', name: 'win10', provider: 'virtualbox', vagrantfileFolder: '/x' }]);
  for (const text of ['', '{', '{"version":2,"machines":{}}', '[]']) {
    await writeFile(file, text);
    t.same(await indexedMachines(home), []);
  }
});
