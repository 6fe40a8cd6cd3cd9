import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { LocalPath, Sha256 } from '../../../core/ids.ts';
import { callFor } from '../../../testing/calls.ts';
import { scratchFolder } from '../../../testing/scratch-folder.ts';
import type { Box } from '../catalogue.ts';
import { ageOf } from './box-age.ts';
import { unpackedFolder, writeReceipt } from './box-receipt.ts';
import { downloadBox } from './download-box.ts';
import { expiresSoon, expiryInWords, expiryOf, hasExpired } from './expiry.ts';
import { mirrorBox } from './mirror-box.ts';
import { type PinnedBox, digestOf, pinnedBoxes } from './pinned-box.ts';
import { stateInWords, verifyBox } from './verify-box.ts';

const bytes = randomBytes(300_000);
const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;
const call = () => callFor(20_000);

/** What a server of boxes does. */
interface Server {
  readonly url: string;
  /** Where each request wanted to begin. */
  readonly asked: (string | undefined)[];
  tag: string;
  content: Uint8Array;
  /** Sends only so many bytes, and breaks the connection when `broken` is called. */
  breakAfter: number | undefined;
  broken: () => void;
  ranges: boolean;
}

async function serve(t: Test): Promise<Server> {
  const asked: (string | undefined)[] = [];
  const state: Server = { url: '', asked, tag: '"one"', content: bytes, breakAfter: undefined, broken: () => {}, ranges: true };
  const server = http.createServer((request, response) => {
    const { range } = request.headers;
    asked.push(range);
    const goesOn = state.ranges && range !== undefined && request.headers['if-range'] === state.tag;
    // bytes=1000-
    const start = goesOn ? Number(/^bytes=(\d+)-$/.exec(range)?.[1]) : 0;
    const rest = state.content.subarray(start);
    response.writeHead(goesOn ? 206 : 200, {
      etag: state.tag,
      'content-length': rest.length,
      ...(goesOn ? { 'content-range': `bytes ${start}-${state.content.length - 1}/${state.content.length}` } : {}),
    });
    if (state.breakAfter === undefined) return void response.end(rest);
    state.broken = () => response.destroy();
    response.write(rest.subarray(0, state.breakAfter));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.box` });
}

const options = (target: string, sources: readonly string[], expected: Sha256 | undefined = sha256) => ({
  box: 'a',
  sources,
  target: target as LocalPath,
  sha256: expected,
  onProgress: () => {},
});

t.test('a box that is fetched', async (t) => {
  const folder = await scratchFolder(t);
  const target = path.join(folder, 'deep', 'a.box');
  const server = await serve(t);
  const steps: number[] = [];
  const got = await downloadBox(
    { ...options(target, [server.url]), onProgress: (done, total) => void (t.equal(total, bytes.length), steps.push(done)) },
    call(),
  );
  t.match(got, { sha256, sizeBytes: bytes.length, source: server.url });
  t.equal(steps.at(-1), bytes.length);
  t.same(await readdir(path.dirname(target)), ['a.box'], 'nothing unfinished is left');
});

t.test('a fetch that breaks goes on where it stopped, also in another process', async (t) => {
  const target = path.join(await scratchFolder(t), 'a.box');
  const server = await serve(t);
  server.breakAfter = 100_000;
  let before = 0;
  const onProgress = (done: number): void => {
    // What a broken connection has brought and nobody has read is lost, so it breaks when all of it was read.
    if (done < before + 100_000) return;
    before = done;
    server.broken();
  };
  await downloadBox({ ...options(target, [server.url]), onProgress }, call());
  t.equal(server.asked.length, 3);
  t.equal(server.asked[0], undefined);
  t.ok(
    server.asked.slice(1).every((range) => range !== undefined),
    'every further request asks for the rest only',
  );
  t.equal(
    createHash('sha256')
      .update(await readFile(target))
      .digest('hex'),
    sha256,
  );
});

t.test('a source that has changed, or knows no ranges, is begun again', async (t) => {
  const target = path.join(await scratchFolder(t), 'a.box');
  const server = await serve(t);
  await writeFile(`${target}.partial`, Buffer.alloc(1000, 'x'));
  await writeFile(`${target}.partial.source`, `${server.url}\n"zero"`);
  t.match(await downloadBox(options(target, [server.url]), call()), { sha256 });
  t.equal(server.asked[0], 'bytes=1000-');
  await rm(target);
  await writeFile(`${target}.partial`, bytes.subarray(0, 1000));
  await writeFile(`${target}.partial.source`, `${server.url}\n"one"`);
  server.ranges = false;
  t.match(await downloadBox(options(target, [server.url]), call()), { sha256 });
});

t.test('one source fails, the next one is taken', async (t) => {
  const folder = await scratchFolder(t);
  const server = await serve(t);
  const copy = path.join(folder, 'copy.box');
  await writeFile(copy, bytes);
  const dead = 'http://127.0.0.1:9/a.box';
  t.equal((await downloadBox(options(path.join(folder, 'one'), [dead, server.url]), call())).source, server.url);
  t.equal((await downloadBox(options(path.join(folder, 'two'), [dead, copy]), call())).source, copy);
  await t.rejects(downloadBox(options(path.join(folder, 'three'), [dead, path.join(folder, 'none.box')]), call()), {
    code: 'vagrant.box-download-failed',
    hint: /goes on where it stopped/,
  });
});

t.test('a file with another digest is removed, and no other source is believed instead', async (t) => {
  const folder = await scratchFolder(t);
  const server = await serve(t);
  server.content = randomBytes(5000);
  await t.rejects(downloadBox(options(path.join(folder, 'a.box'), [server.url]), call()), {
    code: 'vagrant.box-mismatch',
    message: new RegExp(sha256),
  });
  t.same(await readdir(folder), []);
});

t.test('giving up keeps what is there', async (t) => {
  const folder = await scratchFolder(t);
  const server = await serve(t);
  const control = new AbortController();
  const reason = new Error('enough');
  const stopped = downloadBox(
    { ...options(path.join(folder, 'a.box'), [server.url]), onProgress: (done) => done > 0 && control.abort(reason) },
    { ...call(), signal: control.signal },
  );
  await t.rejects(stopped, reason);
  t.notOk((await readdir(folder)).includes('a.box'));
  t.match(await downloadBox(options(path.join(folder, 'a.box'), [server.url]), call()), { sha256 });
});

const box = (more: Partial<Box> = {}, digest?: Box['downloads']['virtualbox']): Box => ({
  name: 'windows-10-22h2',
  version: '1.2.3',
  os: 'windows-10',
  build: 19045,
  edition: 'Enterprise',
  publisher: 'somebody',
  maintained: true,
  knownTraits: [],
  downloads: { virtualbox: digest ?? { url: 'http://127.0.0.1:9/a.box', mirrors: [], digest: { sha256 } } },
  ...more,
});
const pinned = (one: Box): PinnedBox => {
  const [found] = pinnedBoxes(
    { format: 1, hypervisor: 'virtualbox', settings: {}, machines: [], boxes: [one] },
    'virtualbox',
    'machines.json',
  );
  if (!found) throw new Error('there is no box');
  return found;
};
const unpinned = pinned(box({}, { url: 'http://127.0.0.1:9/a.box', mirrors: [], digest: { unknown: 'nobody has computed it' } }));

t.test('a box without a digest is never called verified', async (t) => {
  const home = await scratchFolder(t);
  const folders = { cache: home, state: home };
  t.throws(() => digestOf(unpinned), { code: 'vagrant.box-not-pinned', message: /nobody has computed it/ });
  const unpacked = path.join(home, 'boxes', 'anivault-lab-VAGRANTSLASH-windows-10-22h2-1.2.3', '0', 'virtualbox');
  await mkdir(unpacked, { recursive: true });
  await writeFile(path.join(unpacked, 'metadata.json'), '{}');
  await writeReceipt(folders, unpinned, sha256, unpacked, '2026-11-21T12:00:00.000Z', call());
  const state = await verifyBox(unpinned, { folders, home }, 'deep', call());
  t.equal(state.kind, 'not-pinned');
  t.match(stateInWords(state), 'NOT PINNED');
});

t.test('what Vagrant unpacked is compared with what came', async (t) => {
  const home = await scratchFolder(t);
  const folders = { cache: home, state: path.join(home, 'state') as LocalPath };
  const one = pinned(box());
  const look = () => verifyBox(one, { folders, home }, 'deep', call());
  t.match(await look(), { kind: 'absent' });
  // Vagrant 2.4 has a folder for the architecture.
  const unpacked = path.join(home, 'boxes', 'anivault-lab-VAGRANTSLASH-windows-10-22h2-1.2.3', '0', 'amd64', 'virtualbox');
  await mkdir(unpacked, { recursive: true });
  for (const name of ['metadata.json', 'box.ovf', 'disk.vmdk']) await writeFile(path.join(unpacked, name), name);
  t.equal(await unpackedFolder(home, one), unpacked);
  t.match(await look(), { kind: 'unknown-origin' });
  await writeReceipt(folders, one, sha256, unpacked, '2026-11-21T12:00:00.000Z', call());
  t.match(await look(), { kind: 'verified', files: 3 });
  await writeFile(path.join(unpacked, 'master_id'), 'Vagrant writes it');
  t.match(await look(), { kind: 'verified' });
  await writeFile(path.join(unpacked, 'disk.vmdk'), 'another');
  await rm(path.join(unpacked, 'box.ovf'));
  await writeFile(path.join(unpacked, 'new'), '');
  t.match(await look(), { kind: 'changed', problems: ['box.ovf is gone', 'disk.vmdk was changed', 'new was added'] });
  const exchanged = pinned(box({}, { url: 'http://127.0.0.1:9/', mirrors: [], digest: { sha256: 'a'.repeat(64) as Sha256 } }));
  t.match(await verifyBox(exchanged, { folders, home }, 'deep', call()), { kind: 'other-digest', actual: sha256 });
});

t.test('a mirror keeps copies and their digests', async (t) => {
  const to = await scratchFolder(t);
  const server = await serve(t);
  const how = { to, from: server.url, onProgress: () => {} };
  t.match(await mirrorBox(unpinned, how, call()), { sha256, pinned: false });
  t.match(await mirrorBox(pinned(box({ name: 'other' })), how, call()), { sha256, pinned: true });
  const requests = server.asked.length;
  t.match(await mirrorBox(unpinned, how, call()), { sha256, pinned: false });
  t.equal(server.asked.length, requests, 'what is whole is not fetched again');
  t.equal(
    await readFile(path.join(to, 'SHA256SUMS'), 'utf8'),
    `${sha256}  other-1.2.3-virtualbox.box\n${sha256}  windows-10-22h2-1.2.3-virtualbox.box\n`,
  );
});

t.test('when Windows stops working', async (t) => {
  const now = new Date('2026-11-21T12:00:00Z');
  const image = (imageDate: string) => expiryOf({ evaluation: { starts: 'image', days: 90, imageDate } }, now);
  t.same(expiryOf({}, now), { kind: 'never' });
  t.match(expiryInWords(expiryOf({ evaluation: { starts: 'first-boot', days: 90 } }, now)), /90 days after its first start/);
  t.match(image('2026-09-01'), { endsOn: '2026-11-30', daysLeft: 8 });
  t.match(expiryInWords(image('2026-09-01')), '8 days left, until 2026-11-30');
  t.match(expiryInWords(image('2026-01-01')), 'EXPIRED on 2026-04-01');
  t.same([image('2026-09-01'), image('2026-01-01'), image('2026-11-20')].map(expiresSoon), [true, true, false]);
  t.same([image('2026-09-01'), image('2026-01-01')].map(hasExpired), [false, true]);
});

t.test('which boxes should be replaced', async (t) => {
  const now = new Date('2026-11-21T12:00:00Z');
  t.same(ageOf(pinned(box()), [], now), []);
  const old = box({ maintained: false, released: '2026-01-01', evaluation: { starts: 'image', days: 90, imageDate: '2026-01-01' } });
  t.match(ageOf(pinned(old), [{ name: 'anivault-lab/windows-10-22h2-1.0', provider: 'virtualbox', version: '0' }], now), [
    { state: 'outdated', message: /EXPIRED/ },
    { state: 'warning', message: /makes no newer ones/ },
    { state: 'outdated', message: /324 days ago/ },
    { state: 'warning', hint: 'vagrant box remove anivault-lab/windows-10-22h2-1.0 --provider virtualbox' },
  ]);
  t.throws(
    () =>
      pinnedBoxes({ format: 1, hypervisor: 'virtualbox', settings: {}, machines: [], boxes: [box()] }, 'hyperv', 'machines.json', ['x']),
    {
      code: 'vagrant.no-such-box',
    },
  );
});
