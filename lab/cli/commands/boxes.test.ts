import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { cliRig } from '../../testing/cli-rig.ts';

const bytes = Buffer.from('a box');
const sha256 = createHash('sha256').update(bytes).digest('hex');

/** A catalogue with a box that has a digest and one that has none, and the command line on it. */
async function shop(t: Test) {
  const rig = cliRig(t);
  const folder = path.join(rig.folder, 'vagrant');
  await mkdir(folder, { recursive: true });
  const file = path.join(rig.folder, 'a.box');
  await writeFile(file, bytes);
  const box = (name: string, digest: object, more: object) => ({
    name,
    version: '1.0',
    os: 'windows-11',
    build: 26200,
    edition: 'none',
    publisher: 'this test',
    maintained: true,
    knownTraits: [],
    downloads: { virtualbox: { url: 'http://127.0.0.1:9/a.box', mirrors: [file], digest } },
    ...more,
  });
  const machine = { name: 'windows-11', os: 'windows-11', build: 26200, box: 'pinned', cpus: 2, memoryMiB: 4096 };
  const boxes = [
    box('pinned', { sha256 }, {}),
    box('unpinned', { unknown: 'nobody has computed it' }, { evaluation: { starts: 'image', days: 90, imageDate: '2020-01-01' } }),
  ];
  await writeFile(path.join(folder, 'machines.json'), JSON.stringify({ format: 1, hypervisor: 'virtualbox', boxes, machines: [machine] }));
  const environment = { LAB_VAGRANT_DIR: folder, VAGRANT_HOME: path.join(rig.folder, 'home') };
  return { folder: rig.folder, file, lab: (...args: readonly string[]) => rig.lab(['boxes', ...args], { environment }) };
}

t.test('what there is', async (t) => {
  const { lab } = await shop(t);
  const list = await lab('list');
  t.equal(list.exitCode, 0);
  t.match(list.stdout, new RegExp(`pinned +1\\.0 +virtualbox +${sha256.slice(0, 12)} +never expires +not on this machine`));
  t.match(list.stdout, /unpinned +1\.0 +virtualbox +not pinned +EXPIRED on 2020-03-31/);
  const [first = ''] = (await lab('list', '--json', 'pinned')).stdout.split('\n');
  t.match(JSON.parse(first), { box: 'pinned', state: 'not on this machine' });
  t.match(await lab('list', 'nothing'), { exitCode: 2, stderr: /pinned, unpinned/ });
  t.match(await lab('list', '--hypervisor', 'bochs'), { exitCode: 2, stderr: /libvirt/ });
});

t.test('nothing is verified that is not there, and nothing added that has no digest', async (t) => {
  const { lab } = await shop(t);
  t.match(await lab('verify'), { exitCode: 3, stdout: /absent/ });
  t.match(await lab('add', 'unpinned'), { exitCode: 2, stderr: /nobody has computed it[\s\S]*lab boxes mirror unpinned --to/ });
});

t.test('a mirror says the digests', async (t) => {
  const { lab, folder } = await shop(t);
  const mirrored = await lab('mirror', '--to', path.join(folder, 'copies'));
  t.equal(mirrored.exitCode, 0, mirrored.stderr);
  t.match(mirrored.stdout, new RegExp(`^pinned .*${sha256}.*as the catalogue says$`, 'm'));
  t.match(mirrored.stdout, new RegExp(`^unpinned .*${sha256}.*NOT PINNED`, 'm'));
  t.match(await readFile(path.join(folder, 'copies', 'SHA256SUMS'), 'utf8'), `${sha256}  pinned-1.0-virtualbox.box\n`);
});

t.test('what should be replaced', async (t) => {
  const { lab } = await shop(t);
  t.match(await lab('outdated', 'pinned'), { exitCode: 0, stdout: 'No box has to be replaced.\n' });
  t.match(await lab('outdated'), { exitCode: 3, stdout: /unpinned +outdated +EXPIRED on 2020-03-31/ });
});

t.test('the doctor is asked about one provider', async (t) => {
  const { lab } = cliRig(t);
  const found = await lab(['doctor', '--provider', 'vagrant'], { environment: { LAB_VAGRANT_DIR: path.join(t.testdirName, 'none') } });
  t.equal(found.exitCode, 3);
  t.match(found.stdout, /✗ vagrant: catalogue .*machines\.json/);
  t.notMatch(found.stdout, /wine:/);
  t.match(await lab(['doctor', '--provider', 'vmware']), { exitCode: 2, stderr: /wine, vagrant/ });
});
