import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import path from 'node:path';
import t, { type Test } from 'tap';
import { LabError } from '../../core/error.ts';
import { type LocalPath, joinRemote } from '../../core/ids.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { type SshHostRig, sshHostRig } from '../../testing/ssh/host-rig.ts';

t.setTimeout(120_000);

/** A wire that counts what goes over it in either direction, and can be cut. */
interface Wire {
  readonly port: number;
  /** Bytes since the last cut, and how many may pass before the next. */
  readonly sentBytes: () => number;
  readonly receivedBytes: () => number;
  readonly cutAfter: (limits: { readonly sent?: number; readonly received?: number }) => void;
}

async function wireTo(t: Test, target: number): Promise<Wire> {
  const open = new Set<Socket>();
  let count = { sent: 0, received: 0 };
  let most = { sent: Infinity, received: Infinity };
  const server = createServer((client) => {
    const far = connect(target, '127.0.0.1');
    const cut = (): void => {
      for (const socket of open) socket.destroy();
      open.clear();
    };
    for (const [from, to, way] of [[client, far, 'sent'] as const, [far, client, 'received'] as const]) {
      open.add(from);
      from.on('error', () => {}).on('close', () => to.destroy());
      from.on('data', (bytes: Buffer) => {
        count[way] += bytes.length;
        if (count[way] > most[way]) return cut();
        if (!to.write(bytes)) from.pause();
        return undefined;
      });
      to.on('drain', () => from.resume());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    sentBytes: () => count.sent,
    receivedBytes: () => count.received,
    cutAfter: ({ sent = Infinity, received = Infinity }) => {
      count = { sent: 0, received: 0 };
      most = { sent, received };
    },
  };
}

const SIZE_BYTES = 40_000_000;
const CUT_BYTES = 25_000_000;

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.catch((thrown: unknown) => thrown);
  return error instanceof LabError ? error.code : `no LabError: ${String(error)}`;
};

interface Cut {
  readonly rig: SshHostRig;
  readonly wire: Wire;
  readonly local: LocalPath;
  readonly content: Buffer;
  readonly inGuest: string;
}

async function cutRig(t: Test): Promise<Cut> {
  const rig = await sshHostRig(t);
  const folder = await scratchFolder(t);
  const local = path.join(folder, 'large') as LocalPath;
  const content = randomBytes(SIZE_BYTES);
  await writeFile(local, content);
  return { rig, wire: await wireTo(t, rig.server.port), local, content, inGuest: path.join(rig.root, 'c', 'contract') };
}

t.test('a copy that was cut off goes on where it was, in either direction', async (t) => {
  const { rig, wire, local, content, inGuest } = await cutRig(t);
  await using connection = await rig.transport.connect({ ...rig.endpoint, port: wire.port }, rig.call());
  const remote = joinRemote(rig.folder, 'large');
  wire.cutAfter({ sent: CUT_BYTES });
  t.equal(await codeOf(connection.put(local, remote, rig.call())), 'ssh.connection-lost');
  const [part = ''] = await readdir(inGuest);
  t.match(part, /^large\.[0-9a-f]{16}\.lab-part$/, 'nothing is under the name');
  wire.cutAfter({});
  t.match(await connection.put(local, remote, rig.call()), { way: 'sftp', sizeBytes: SIZE_BYTES });
  t.ok(wire.sentBytes() < SIZE_BYTES - CUT_BYTES / 2, `only ${wire.sentBytes()} bytes were sent`);
  t.ok((await readFile(path.join(inGuest, 'large'))).equals(content));
  t.same(await readdir(inGuest), ['large']);

  const back = `${local}.back` as LocalPath;
  wire.cutAfter({ received: CUT_BYTES });
  t.equal(await codeOf(connection.get(remote, back, rig.call())), 'ssh.connection-lost');
  t.equal((await readdir(path.dirname(back))).filter((name) => name.endsWith('.lab-part')).length, 1);
  wire.cutAfter({});
  await connection.get(remote, back, rig.call());
  t.ok(wire.receivedBytes() < SIZE_BYTES - CUT_BYTES / 2, `only ${wire.receivedBytes()} bytes were received`);
  t.ok((await readFile(back)).equals(content));
  t.same((await readdir(path.dirname(back))).toSorted(), ['large', 'large.back']);
});

t.test('what an earlier attempt left is not believed', async (t) => {
  const { rig, local, content, inGuest } = await cutRig(t);
  await using connection = await rig.transport.connect(rig.endpoint, rig.call());
  const sha256 = createHash('sha256').update(content).digest('hex');
  const part = path.join(inGuest, `large.${sha256.slice(0, 16)}.lab-part`);
  for (const left of [Buffer.alloc(20_000_000, 1), content.subarray(0, 20_000_000), Buffer.alloc(SIZE_BYTES + 1)]) {
    await writeFile(part, left);
    const remote = joinRemote(rig.folder, 'large');
    t.match(await connection.put(local, remote, rig.call()), { sha256 });
    t.ok((await readFile(path.join(inGuest, 'large'))).equals(content));
    await writeFile(path.join(inGuest, 'large'), 'other content');
  }
  await writeFile(path.join(inGuest, 'large'), content);
  const back = `${local}.back` as LocalPath;
  await writeFile(`${back}.${sha256.slice(0, 16)}.lab-part`, Buffer.alloc(1000, 1));
  t.equal(await codeOf(connection.get(joinRemote(rig.folder, 'large'), back, rig.call())), 'ssh.download-mismatch');
  t.match(await connection.get(joinRemote(rig.folder, 'large'), back, rig.call()), { sha256 }, 'what was wrong is gone');
});

t.test('copies of the same file to the same place do not meet', async (t) => {
  const { rig, local, content, inGuest } = await cutRig(t);
  await using connection = await rig.transport.connect(rig.endpoint, rig.call());
  const remote = joinRemote(rig.folder, 'made', 'on the way', 'large');
  const receipts = await Promise.all(Array.from({ length: 3 }, () => connection.put(local, remote, rig.call())));
  t.same(receipts.map(({ way }) => way).toSorted(), ['already-there', 'already-there', 'sftp']);
  t.ok((await readFile(path.join(inGuest, 'made', 'on the way', 'large'))).equals(content));
});

t.test('folders are told from files', async (t) => {
  const { rig, local, inGuest } = await cutRig(t);
  await using connection = await rig.transport.connect(rig.endpoint, rig.call());
  await mkdir(path.join(inGuest, 'folder'));
  const folder = joinRemote(rig.folder, 'folder');
  t.equal(await codeOf(connection.put(local, folder, rig.call())), 'ssh.upload-refused');
  t.equal(await codeOf(connection.get(folder, `${local}.back` as LocalPath, rig.call())), 'ssh.download-refused');
  t.ok((await stat(path.join(inGuest, 'folder'))).isDirectory());
  t.same(await readdir(inGuest), ['folder'], 'and nothing is left');
});

t.test('a guest without a file server is told', async (t) => {
  const rig = await sshHostRig(t, { server: { sftpProgram: '/bin/false' } });
  const folder = await scratchFolder(t);
  const local = path.join(folder, 'small') as LocalPath;
  await writeFile(local, 'small');
  await using connection = await rig.transport.connect(rig.endpoint, rig.call());
  t.equal(await codeOf(connection.put(local, joinRemote(rig.folder, 'small'), rig.call())), 'ssh.upload-refused');
  t.match(await connection.run(rig.commands.exit(3), rig.call()), { exitCode: 3 }, 'the connection is still good');
});
