import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { LabError } from '../../core/error.ts';
import type { PullRoute } from '../../core/guest.ts';
import { type LocalPath, remotePath } from '../../core/ids.ts';
import { systemClock } from '../../host/clock.ts';
import { callFor } from '../../testing/calls.ts';
import { type CopyGuest, copyGuest, wireTo } from '../../testing/winrm/copy-rig.ts';
import { hostPathOf } from '../../testing/local-connection.ts';
import { inboxProcesses } from '../../testing/winrm/inbox-processes.ts';
import { winrmTransport } from '../winrm.ts';
import type { CopyWay } from './copy-ways.ts';

t.setTimeout(180_000);

const call = (): ReturnType<typeof callFor> => callFor(60_000);
const here: PullRoute = { listen: { host: '127.0.0.1' } };
const nobody: PullRoute = { listen: { host: '127.0.0.1' }, urlInGuest: 'http://127.0.0.1:9' };
const target = remotePath('C:\\copied\\file.bin');

const connect = (guest: CopyGuest, ways?: readonly CopyWay[], url = guest.endpoint.url) =>
  winrmTransport({ clock: systemClock, ...(ways === undefined ? {} : { ways }) }).connect({ ...guest.endpoint, url }, call());

async function localFile(guest: CopyGuest, content: Uint8Array, name = 'file.bin'): Promise<LocalPath> {
  const file = path.join(guest.local, name) as LocalPath;
  await writeFile(file, content);
  return file;
}

const inGuest = (guest: CopyGuest, name = target): Promise<Buffer> => readFile(hostPathOf(guest.root, name));

async function nothingElse(t: Test, guest: CopyGuest): Promise<void> {
  t.same(await readdir(path.join(guest.root, 'c/copied')), ['file.bin'], 'nothing else is left in the guest');
}

for (const way of ['http-pull', 'winrm-stdin'] as const) {
  t.test(`${way} carries files of every size`, async (t) => {
    const guest = await copyGuest(t, { pull: here });
    await using connection = await connect(guest, [way]);
    for (const content of [
      Buffer.alloc(0),
      Buffer.from('x'),
      randomBytes(375_000),
      randomBytes(20_000_000),
      Buffer.alloc(9_000_000, 'squeeze me '),
    ]) {
      const file = await localFile(guest, content);
      t.match(await connection.put(file, target, call()), { way, sizeBytes: content.length });
      t.ok((await inGuest(guest)).equals(content), `${content.length} bytes`);
      t.match(await connection.put(file, target, call()), { way: 'already-there' });
      await nothingElse(t, guest);
    }
  });
}

t.test('the best way is found by trying, and what failed is told and not tried again', async (t) => {
  const guest = await copyGuest(t, { pull: nobody });
  await using connection = await connect(guest);
  const large = await localFile(guest, randomBytes(5_000_000));
  const receipt = await connection.put(large, target, call());
  t.equal(receipt.way, 'winrm-stdin');
  t.match(receipt.notes, [/^http-pull by agent: .*ECONNREFUSED/, /^http-pull by inbox: ./]);
  await localFile(guest, randomBytes(5_000_000));
  const second = await connection.put(large, target, call());
  t.same([second.way, second.notes], ['winrm-stdin', receipt.notes]);
  await using pulling = await connect(guest, ['http-pull']);
  await localFile(guest, randomBytes(1000));
  await t.rejects(pulling.put(large, target, call()), { code: 'copy.no-way', message: /ECONNREFUSED/ });
});

t.test('a small file goes without a listener though pull would work', async (t) => {
  const guest = await copyGuest(t, { pull: here });
  await using connection = await connect(guest);
  t.match(await connection.put(await localFile(guest, randomBytes(5000)), target, call()), { way: 'winrm-stdin' });
  t.match(await connection.put(await localFile(guest, randomBytes(5_000_000)), target, call()), { way: 'http-pull' });
});

t.test('a file that cannot be written is refused once, not by each way in turn', async (t) => {
  const guest = await copyGuest(t, { pull: here });
  await mkdir(hostPathOf(guest.root, target), { recursive: true });
  await using connection = await connect(guest);
  await t.rejects(connection.put(await localFile(guest, randomBytes(5_000_000)), target, call()), { code: 'winrm.upload-refused' });
  t.equal((await connection.put(await localFile(guest, randomBytes(500)), remotePath('C:\\copied\\other'), call())).notes, undefined);
});

t.test('a wire that breaks again and again costs parts, not the copy', async (t) => {
  const guest = await copyGuest(t);
  let cuts = 0;
  const wire = await wireTo(t, guest.endpoint.url, (sentBytes, cut) => {
    if (sentBytes > (cuts + 1) * 15_000_000 && cuts < 2) {
      cuts++;
      cut();
    }
  });
  await using connection = await connect(guest, ['winrm-stdin'], wire.url);
  const content = randomBytes(40_000_000);
  t.match(await connection.put(await localFile(guest, content), target, call()), { way: 'winrm-stdin' });
  t.ok((await inGuest(guest)).equals(content));
  t.equal(cuts, 2);
  // Base64 is a third more; each cut may cost all that was under way: two parts for each of two shells.
  t.ok(wire.sentBytes() < (40_000_000 + cuts * 4 * 4_194_304) * 1.36, `${wire.sentBytes()} bytes were sent`);
  await nothingElse(t, guest);
});

t.test('another connection goes on with what a lost one left', async (t) => {
  const guest = await copyGuest(t);
  const content = randomBytes(40_000_000);
  const file = await localFile(guest, content);
  const lost = await wireTo(t, guest.endpoint.url, (sentBytes, cut) => {
    if (sentBytes > 30_000_000) cut();
  });
  {
    await using connection = await connect(guest, ['winrm-stdin'], lost.url);
    const error = await connection.put(file, target, call()).catch((thrown: unknown) => thrown);
    t.ok(error instanceof LabError && error.kind === 'transport', String(error));
  }
  const digest = createHash('sha256').update(content).digest('hex');
  t.same(await readdir(path.join(guest.root, 'c/copied')), [`file.bin.${digest.slice(0, 16)}.lab-part`], 'what arrived is still there');
  const second = await wireTo(t, guest.endpoint.url);
  await using connection = await connect(guest, ['winrm-stdin'], second.url);
  t.match(await connection.put(file, target, call()), { way: 'winrm-stdin' });
  t.ok((await inGuest(guest)).equals(content));
  t.ok(second.sentBytes() < 45_000_000, `${second.sentBytes()} bytes were sent instead of 53 MB`);
  await nothingElse(t, guest);
});

t.test('what is left of other content is removed', async (t) => {
  const guest = await copyGuest(t);
  await mkdir(path.join(guest.root, 'c/copied'));
  await writeFile(path.join(guest.root, `c/copied/file.bin.${'0'.repeat(16)}.lab-part`), 'old');
  await writeFile(path.join(guest.root, 'c/copied/file.bin.mine.lab-part'), 'not ours');
  await using connection = await connect(guest);
  await connection.put(await localFile(guest, randomBytes(1_000_000)), target, call());
  t.same((await readdir(path.join(guest.root, 'c/copied'))).toSorted(), ['file.bin', 'file.bin.mine.lab-part']);
});

t.test('a download goes on where its wire broke', async (t) => {
  const guest = await copyGuest(t);
  const content = randomBytes(30_000_000);
  await mkdir(path.join(guest.root, 'c/copied'));
  await writeFile(hostPathOf(guest.root, target), content);
  let cuts = 0;
  const wire = await wireTo(t, guest.endpoint.url, (sentBytes, cut) => {
    // Requests for output are small: by then several parts have come out and several more are under way.
    if (sentBytes < 60_000 || cuts > 0) return;
    cuts++;
    cut();
  });
  await using connection = await connect(guest, undefined, wire.url);
  const back = path.join(guest.local, 'back') as LocalPath;
  t.match(await connection.get(target, back, call()), { way: 'winrm-stdout', sizeBytes: content.length });
  t.equal(cuts, 1);
  t.ok((await readFile(back)).equals(content));
  t.same((await readdir(guest.local)).toSorted(), ['back']);
});

t.test('a guest with nothing but what is in the box', async (t) => {
  const processes: { lines: readonly string[] } = { lines: [] };
  const guest = await copyGuest(t, {
    toolkit: { kind: 'powershell' },
    processes: (root) => {
      const made = inboxProcesses(root, ['powershell.exe', 'curl.exe']);
      processes.lines = made.lines;
      return made;
    },
  });
  await using connection = await connect(guest);
  const content = randomBytes(300_000);
  const receipt = await connection.put(await localFile(guest, content), target, call());
  t.match(receipt, { way: 'base64-lines', sizeBytes: content.length });
  t.match(receipt.notes, [/^winrm-stdin by powershell: .*powershell/]);
  t.ok((await inGuest(guest)).equals(content));
  await nothingElse(t, guest);
  t.match(await connection.put(path.join(guest.local, 'file.bin') as LocalPath, target, call()), { way: 'already-there' });
  const back = path.join(guest.local, 'back') as LocalPath;
  t.match(await connection.get(target, back, call()), { way: 'base64-lines', sizeBytes: content.length });
  t.ok((await readFile(back)).equals(content));
  await nothingElse(t, guest);
  // Two pieces for certutil, joined.
  const large = randomBytes((24 << 20) + 5000);
  t.match(await connection.put(await localFile(guest, large), target, call()), { way: 'base64-lines' });
  t.ok((await inGuest(guest)).equals(large));
  t.match(await connection.put(await localFile(guest, Buffer.alloc(0)), target, call()), { way: 'base64-lines', sizeBytes: 0 });
  t.equal((await inGuest(guest)).length, 0);
  await nothingElse(t, guest);
  t.equal(processes.lines.filter((line) => line.startsWith('powershell.exe')).length, 1, 'what is missing is looked for once');
});

t.test('a small file for one guest does not wait for a large one of another', async (t) => {
  const [busy, other] = [await copyGuest(t), await copyGuest(t)];
  const transport = winrmTransport({ clock: systemClock, ways: ['winrm-stdin'] });
  await using first = await transport.connect(busy.endpoint, call());
  await using second = await transport.connect(other.endpoint, call());
  // The other guest's copier is up, so that only the copies are compared.
  await second.put(await localFile(other, randomBytes(10)), target, call());
  const large = await localFile(busy, randomBytes(60_000_000));
  let arrivedBytes = 0;
  const started = Promise.withResolvers<void>();
  const onProgress = (done: number): void => {
    arrivedBytes = done;
    started.resolve();
  };
  const copying = first.put(large, target, call(), { onProgress });
  await started.promise;
  await second.put(await localFile(other, randomBytes(200_000)), target, call());
  t.ok(arrivedBytes < 60_000_000, `${arrivedBytes} bytes of the large file had arrived`);
  t.match(await copying, { way: 'winrm-stdin' });
});

for (const way of ['http-pull', 'winrm-stdin'] as const) {
  t.test(`${way} that is given up leaves nothing`, async (t) => {
    const guest = await copyGuest(t, { pull: here });
    await using connection = await connect(guest, [way]);
    const stop = new AbortController();
    const reason = LabError.of('lab.interrupted', { signal: 'the test' });
    const onProgress = (done: number): void => {
      if (done > 20_000_000) stop.abort(reason);
    };
    const within = { ...call(), signal: stop.signal };
    const file = await localFile(guest, randomBytes(150_000_000));
    t.equal(await connection.put(file, target, within, { onProgress }).catch((error: unknown) => error), reason);
    t.same(await readdir(path.join(guest.root, 'c/copied')), []);
    t.match(await connection.put(await localFile(guest, randomBytes(5000)), target, call()), { way }, 'the connection is still good');
    await nothingElse(t, guest);
  });
}
