import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Duplex } from 'node:stream';
import t, { type Test } from 'tap';
import { SftpClient } from '../../../../ssh/sftp/sftp-client.ts';
import { uint32 } from '../../../../ssh/sftp/sftp-packet.ts';
import { MOST_HANDLES, MOST_PACKET_BYTES } from '../../../../ssh/sftp/sftp-protocol.ts';
import { scratchFolder } from '../../../../testing/scratch-folder.ts';
import { bundleGuestTool } from '../../bundle-guest-tool.ts';

interface Served {
  readonly client: SftpClient;
  readonly child: ChildProcessWithoutNullStreams;
  /** The folder of this machine that stands for `C:\work`. */
  readonly work: string;
}

async function start(t: Test): Promise<Pick<Served, 'child' | 'work'>> {
  const folder = await scratchFolder(t);
  const tool = path.join(folder, 'guest-tool.cjs');
  await bundleGuestTool(tool);
  const work = path.join(folder, 'guest', 'c', 'work');
  await mkdir(work, { recursive: true });
  await writeFile(path.join(folder, 'guest', 'outside'), 'secret');
  const child = spawn(process.execPath, [tool, 'sftp'], { env: { ...process.env, LAB_GUEST_ROOT: path.join(folder, 'guest') } });
  t.teardown(() => child.kill('SIGKILL'));
  return { child, work };
}

async function serve(t: Test): Promise<Served> {
  const { child, work } = await start(t);
  const stream = new Duplex({ read: () => {}, write: (bytes: Buffer, _encoding, done) => void child.stdin.write(bytes, done) });
  child.stdout.on('data', (bytes: Buffer) => stream.push(bytes));
  const client = await SftpClient.greet(stream);
  return { client, child, work };
}

t.test('files are written, read, measured, renamed and removed', async (t) => {
  const { client, work } = await serve(t);
  const content = randomBytes(600_000);
  const handle = await client.openToWrite('/C:/work/file', 'nothing');
  for (let at = 0; at < content.length; at += client.writeBytes)
    await client.write(handle, at, content.subarray(at, at + client.writeBytes));
  await client.close(handle);
  t.ok((await readFile(path.join(work, 'file'))).equals(content));
  t.same(await client.stat('C:\\work\\file'), { sizeBytes: content.length, isFolder: false }, 'Windows’ own way of writing it');
  t.equal((await client.stat('/C:/work'))?.isFolder, true);
  t.equal((await client.stat('/'))?.isFolder, true);
  t.equal(await client.stat('/C:/nothing'), undefined);
  const reading = await client.openToRead('/C:/work/../work/./file');
  t.ok((await client.read(reading, 1000, 5000)).equals(content.subarray(1000, 6000)));
  t.equal((await client.read(reading, content.length, 10)).length, 0);
  await client.close(reading);
  t.equal(await client.digest('/C:/work/file', 1000), createHash('sha256').update(content.subarray(0, 1000)).digest('hex'));
  await client.truncate('/C:/work/file', 1000);
  t.same(await readFile(path.join(work, 'file')), content.subarray(0, 1000));
  await writeFile(path.join(work, 'other'), 'other');
  t.equal(client.replaces, true);
  await client.rename('/C:/work/file', '/C:/work/other');
  t.same(await readdir(work), ['other'], 'over what is there');
  await client.makeFolder('/C:/work/made');
  await client.remove('/C:/work/other');
  t.same(await readdir(work), ['made']);
});

t.test('nothing outside of the drives is there', async (t) => {
  const { client } = await serve(t);
  for (const name of ['/outside', '/C:/../outside', '/C:/../../outside', '../../outside', '/etc/passwd', '/C:/work:stream', '/1:/x'])
    t.equal(await client.stat(name).catch(() => undefined), undefined, name);
  await t.rejects(client.openToWrite('/outside', 'nothing'), { name: 'SftpFailure' });
  await t.rejects(client.stat('/C:/a\0b'), { name: 'SftpFailure' });
  await t.rejects(client.remove('/'), { name: 'SftpFailure' });
});

t.test('what is open is bounded, and means something to its own connection only', async (t) => {
  const { client } = await serve(t);
  const opened = await Promise.allSettled(Array.from({ length: MOST_HANDLES + 3 }, () => client.openToRead('/C:/work')));
  t.equal(opened.filter(({ status }) => status === 'fulfilled').length, 0, 'folders are no files');
  const files = await Promise.allSettled(
    Array.from({ length: MOST_HANDLES + 3 }, (_, index) => client.openToWrite(`/C:/work/${index}`, 'nothing')),
  );
  t.equal(files.filter(({ status }) => status === 'fulfilled').length, MOST_HANDLES);
  await t.rejects(client.close(Buffer.from('999')), { name: 'SftpFailure' });
  await t.rejects(client.read(Buffer.from('made up'), 0, 1), { name: 'SftpFailure' });
  await t.rejects(client.write(Buffer.from('made up'), 0, Buffer.from('x')), { name: 'SftpFailure' });
});

t.test('what breaks the framing ends the server', async (t) => {
  const hello = Buffer.concat([uint32(5), Buffer.from([1]), uint32(3)]);
  for (const [name, bytes] of [
    ['no greeting', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['another packet first', Buffer.concat([uint32(9), Buffer.from([3]), uint32(1), uint32(0)])],
    ['a packet that is too large', Buffer.concat([hello, uint32(MOST_PACKET_BYTES + 1)])],
    ['an empty packet', Buffer.concat([hello, uint32(0)])],
    ['a packet without an id', Buffer.concat([hello, uint32(1), Buffer.from([5])])],
  ] as const) {
    const { child } = await start(t);
    child.stdin.on('error', () => {});
    child.stdout.resume();
    child.stdin.write(bytes);
    const [code] = (await once(child, 'exit')) as [number];
    t.equal(code, 1, name);
  }
});

t.test('requests that make no sense are refused one by one', async (t) => {
  const { child } = await start(t);
  const answers: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => answers.push(bytes));
  const hello = Buffer.concat([uint32(5), Buffer.from([1]), uint32(3)]);
  const requests = Array.from({ length: 256 }, (_, type) => Buffer.concat([uint32(9), Buffer.from([type]), uint32(type), uint32(0xffff)]));
  child.stdin.end(Buffer.concat([hello, ...requests]));
  const [code] = (await once(child, 'close')) as [number];
  t.equal(code, 0);
  let rest = Buffer.concat(answers);
  let count = 0;
  for (; rest.length > 0; rest = rest.subarray(4 + rest.readUInt32BE())) {
    if (count > 0) t.equal(rest.readUInt8(4), 101, 'a status');
    count++;
  }
  t.equal(count, 257, 'one answer each');
});
