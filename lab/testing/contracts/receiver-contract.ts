import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Test } from 'tap';
import type { Call } from '../../core/call.ts';
import { type LocalPath, type RemotePath, type Sha256, remotePath } from '../../core/ids.ts';
import { packDirectory } from '../../transports/archive/pack-directory.ts';
import { unpackDirectory } from '../../transports/archive/unpack-directory.ts';
import { PullServer } from '../../transports/pull/pull-server.ts';
import { checkOf } from '../../transports/winrm/local-parts.ts';
import { type Incoming, type Receiver, ReceiverUnfit, Refused, type StreamReceiver } from '../../transports/winrm/receiver.ts';
import { hostPathOf } from '../local-connection.ts';
import { scratchFolder } from '../scratch-folder.ts';

/** A receiver under test. */
export interface ReceiverRig {
  readonly receiver: Receiver | StreamReceiver;
  /** What stands for the guest's drives on this machine. */
  readonly root: string;
  /** Why it cannot unpack or pack here; absent when it can. */
  readonly noArchives?: string;
  readonly call: () => Call;
}

const digestOf = (bytes: Uint8Array): Sha256 => createHash('sha256').update(bytes).digest('hex') as Sha256;
const folder = remotePath('C:\\receiver');

/** What every receiver in a guest promises. */
export async function receiverContract(t: Test, name: string, rig: ReceiverRig): Promise<void> {
  const { receiver, root, call } = rig;
  const at = (file: string): RemotePath => remotePath(`${folder}\\${file}`);
  const native = (file: string): string => hostPathOf(root, at(file));
  const incoming = (file: string, content: Uint8Array): Incoming => ({
    to: at(file),
    sizeBytes: content.length,
    sha256: digestOf(content),
  });
  const temporary = (file: Incoming): string => `${hostPathOf(root, file.to)}.${file.sha256.slice(0, 16)}.lab-part`;
  const left = async (): Promise<readonly string[]> => (await readdir(hostPathOf(root, folder))).toSorted();

  await t.test(name, async (t) => {
    await mkdir(hostPathOf(root, folder), { recursive: true });

    await t.test('digests are of what is there', async (t) => {
      t.equal(await receiver.digest(at('absent'), call()), undefined);
      for (const [file, content] of [
        ['empty', Buffer.alloc(0)],
        ['some ümläut 日本 & (1)!', randomBytes(3_000_000)],
      ] as const) {
        await writeFile(native(file), content);
        t.match(await receiver.digest(at(file), call()), { sizeBytes: content.length, sha256: digestOf(content) }, file);
        t.match(await receiver.look(incoming(file, content), 0, call()), { there: true }, file);
        await receiver.remove(at(file), call());
        await t.rejects(stat(native(file)), { code: 'ENOENT' });
        await receiver.remove(at(file), call());
      }
    });

    await t.test('what has arrived is judged as a whole and then has its name', async (t) => {
      const content = randomBytes(50_000);
      const file = incoming('judged', content);
      await t.rejects(receiver.finish(file, call()), Refused, 'nothing has arrived');
      await writeFile(temporary(file), content);
      t.match(await receiver.finish(file, call()), { sizeBytes: content.length, sha256: file.sha256 });
      t.same(await left(), ['judged']);
      t.ok((await readFile(native('judged'))).equals(content));
      const next = incoming('judged', Buffer.from('it replaces what was there'));
      await writeFile(temporary(next), 'it replaces what was there');
      await receiver.finish(next, call());
      t.equal(await readFile(native('judged'), 'utf8'), 'it replaces what was there');
      const other = incoming('judged', Buffer.from('promised'));
      await writeFile(temporary(other), 'PROMISED');
      t.match(await receiver.finish(other, call()), { sizeBytes: 8, sha256: digestOf(Buffer.from('PROMISED')) }, 'its digest is told');
      t.same(await left(), ['judged'], 'and it is gone');
      t.equal(await readFile(native('judged'), 'utf8'), 'it replaces what was there');
      await writeFile(temporary(other), 'half');
      await receiver.discard(other, call());
      t.same(await left(), ['judged']);
      await receiver.remove(at('judged'), call());
    });

    await t.test('it fetches from this host, and goes on with what it has', async (t) => {
      const server = new PullServer({ listen: { host: '127.0.0.1' } });
      const small = randomBytes(1024);
      await using probe = await server.offer(small);
      t.ok(Buffer.from(await receiver.probe(probe.url, 3000, call())).equals(small));
      await t.rejects(receiver.probe(`${probe.url}x`, 3000, call()), ReceiverUnfit);
      const content = randomBytes(9_000_000);
      const local = path.join(await scratchFolder(t), 'offered') as LocalPath;
      await writeFile(local, content);
      let servedBytes = 0;
      await using offer = await server.offer({ file: local, sizeBytes: content.length }, (count) => (servedBytes += count));
      const file = incoming('fetched', content);
      await receiver.fetch(file, offer.url, [[0, content.length]], call());
      await truncate(temporary(file), 5_000_000);
      servedBytes = 0;
      await receiver.fetch(file, offer.url, [[5_000_000, content.length]], call());
      t.ok(servedBytes < 4_500_000, `${servedBytes} bytes were served`);
      t.match(await receiver.finish(file, call()), { sha256: file.sha256 });
      await t.rejects(receiver.fetch(incoming('fetched', Buffer.from('x')), 'http://127.0.0.1:9/x/y', [[0, 1]], call()), ReceiverUnfit);
      await receiver.discard(incoming('fetched', Buffer.from('x')), call());
      await receiver.remove(at('fetched'), call());
      t.same(await left(), []);
    });

    await t.test('folders come and go as archives', { skip: rig.noArchives ?? false }, async (t) => {
      const source = (await mkdtemp(path.join(os.tmpdir(), 'receiver-contract-'))) as LocalPath;
      t.teardown(() => rm(source, { recursive: true, force: true }));
      for (const [relative, content] of Object.entries({ 'a.txt': 'a', 'below/ü 日.bin': 'b'.repeat(100_000), 'below/empty': '' })) {
        await mkdir(path.dirname(path.join(source, relative)), { recursive: true });
        await writeFile(path.join(source, relative), content);
      }
      await mkdir(path.join(source, 'nothing'));
      await using packed = await packDirectory(source, call());
      const place = async (to: RemotePath, treeSha256 = packed.treeSha256): Promise<unknown> => {
        await writeFile(native('in.zip'), await readFile(packed.archive));
        return await receiver.placeTree(at('in.zip'), to, treeSha256, call());
      };
      t.equal(await receiver.treeDigest(at('tree'), call()), undefined);
      t.match(await place(at('tree')), { files: 3, sizeBytes: 100_001, treeSha256: packed.treeSha256 });
      t.same(await left(), ['tree'], 'the archive is gone');
      t.match(await receiver.treeDigest(at('tree'), call()), { files: 3, treeSha256: packed.treeSha256 });
      await t.rejects(place(at('tree')), Refused, 'it replaces nothing');
      await place(at('other'), digestOf(Buffer.from('another tree')));
      t.same(await left(), ['tree'], 'what is not as promised gets no name');
      const out = await receiver.packTree(at('tree'), at('out.zip'), call());
      t.match(out, { files: 3, sizeBytes: 100_001, treeSha256: packed.treeSha256 });
      const archive = await readFile(native('out.zip'));
      t.same(out.archive, { sizeBytes: archive.length, sha256: digestOf(archive) });
      const back = path.join(await scratchFolder(t), 'back') as LocalPath;
      t.match(await unpackDirectory(hostPathOf(root, at('out.zip')) as LocalPath, back, packed.treeSha256, 'out.zip', call()), {
        files: 3,
      });
      t.equal(await readFile(path.join(back, 'below/ü 日.bin'), 'utf8'), 'b'.repeat(100_000));
      await receiver.remove(at('out.zip'), call());
      await t.rejects(receiver.packTree(at('absent'), at('out.zip'), call()), Refused);
      await rm(native('tree'), { recursive: true });
      t.same(await left(), []);
    });

    if ('part' in receiver) await streamContract(t, receiver, { at, native, incoming, temporary, left, call });
  });
}

interface StreamTools {
  readonly at: (file: string) => RemotePath;
  readonly native: (file: string) => string;
  readonly incoming: (file: string, content: Uint8Array) => Incoming;
  readonly temporary: (file: Incoming) => string;
  readonly left: () => Promise<readonly string[]>;
  readonly call: () => Call;
}

/** What a receiver with streams of its own promises as well. */
async function streamContract(t: Test, receiver: StreamReceiver, tools: StreamTools): Promise<void> {
  const { at, native, incoming, temporary, left, call } = tools;
  const encode = (bytes: Buffer, pack: boolean) => ({
    bytes: pack ? gzipSync(bytes, { level: 1 }) : bytes,
    encoding: pack ? ('gzip' as const) : ('identity' as const),
    sizeBytes: bytes.length,
    check: checkOf(bytes, receiver.partCheck),
    release: () => {},
  });

  await t.test('a small file is one message', async (t) => {
    for (const [content, pack] of [
      [Buffer.from(Array.from({ length: 256 }, (_, value) => value)), false],
      [Buffer.alloc(200_000, 'again '), true],
    ] as const) {
      const file = incoming('small', content);
      t.match(await receiver.small(file, encode(content, pack), call()), { there: false, sha256: file.sha256 });
      t.ok((await readFile(native('small'))).equals(content));
      t.match(await receiver.small(file, encode(content, pack), call()), { there: true });
      t.match(
        await receiver.small(incoming('small', Buffer.from('promised')), encode(Buffer.from('PROMISED'), false), call()),
        { there: false, sha256: digestOf(Buffer.from('PROMISED')) },
        'what is not as promised is told',
      );
      t.ok((await readFile(native('small'))).equals(content), 'and changes nothing');
      t.same(await left(), ['small']);
    }
    await receiver.remove(at('small'), call());
  });

  await t.test('parts come in any order, each checked, and are found again', async (t) => {
    const partBytes = 1 << 20;
    const content = Buffer.concat([randomBytes(partBytes), Buffer.alloc(partBytes, 7), randomBytes(1000)]);
    const file = incoming('parts', content);
    const parts = [0, 1, 2].map((index) => content.subarray(index * partBytes, (index + 1) * partBytes));
    const send = (index: number, bytes = parts[index] ?? Buffer.alloc(0)): Promise<void> =>
      receiver.part(
        file,
        index * partBytes,
        { ...encode(bytes, index === 1), check: checkOf(parts[index] ?? bytes, receiver.partCheck) },
        2,
        call(),
      );
    t.same(await receiver.look(file, partBytes, call()), { there: false, parts: [] });
    await Promise.all([send(2), send(1)]);
    await t.rejects(send(0, randomBytes(partBytes)), ReceiverUnfit, 'a part that is not as promised');
    const looked = await receiver.look(file, partBytes, call());
    t.same(looked.parts.slice(1), parts.slice(1).map(digestOf));
    t.not(looked.parts[0], digestOf(parts[0] ?? content), 'it was not written');
    t.match(await receiver.finish(file, call()), { sizeBytes: content.length }, 'the whole is not as promised');
    t.same(await left(), []);
    await Promise.all([send(0), send(1), send(2)]);
    t.ok((await stat(temporary(file))).size === content.length);
    t.match(await receiver.finish(file, call()), { sha256: file.sha256 });
    t.same(await receiver.partsOf(at('parts'), content.length, partBytes, call()), parts.map(digestOf));
    t.ok(
      Buffer.from(await receiver.read(at('parts'), partBytes - 5, 10, 1, call())).equals(content.subarray(partBytes - 5, partBytes + 5)),
    );
    t.equal((await receiver.read(at('parts'), content.length - 3, 10, 1, call())).length, 3, 'the end is the end');
    await t.rejects(receiver.read(at('absent'), 0, 10, 1, call()), Refused);
    await receiver.remove(at('parts'), call());
    t.same(await left(), []);
  });
}
