import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import path from 'node:path';
import t from 'tap';
import { remotePath } from '../../../core/ids.ts';
import { Masker } from '../../../core/secret.ts';
import { systemClock } from '../../../host/clock.ts';
import { scratchFolder } from '../../../testing/scratch-folder.ts';
import { noWine, projectRoot, realFolders, testCall, wineSpecs } from '../../../testing/wine-rig.ts';
import { wineProvider } from '../wine-provider.ts';

t.setTimeout(300_000);

const freePort = async (): Promise<number> => {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** All that comes back for some bytes until the other end closes. */
const say = (port: number, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (bytes) => (answer += bytes.toString('latin1')));
    socket.once('error', reject);
    socket.once('close', () => resolve(answer));
    socket.once('connect', () => socket.write(text));
  });

t.test('a request goes to the socket it names and to nothing else', async (t) => {
  const folder = await scratchFolder(t);
  await mkdir(path.join(folder, 'sockets'));
  const served: string[] = [];
  const serve = async (socket: string): Promise<void> => {
    const server = createServer((request, response) => {
      served.push(`${path.basename(socket)} ${request.url}`);
      response.end('served');
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    t.teardown(() => server.close());
  };
  await serve(path.join(folder, 'sockets/0011aabb.sock'));
  await serve(path.join(folder, 'outside.sock'));
  const port = await freePort();
  const gateway = spawn(process.execPath, [
    '--no-warnings',
    path.join(import.meta.dirname, 'gateway.ts'),
    path.join(folder, 'sockets'),
    String(port),
  ]);
  t.teardown(() => gateway.kill('SIGKILL'));
  for (let tries = 0; tries < 200; tries++) {
    const up = await say(port, '\r\n').catch(() => undefined);
    if (up !== undefined) break;
    await systemClock.sleep(20, AbortSignal.timeout(1000));
  }
  const get = (url: string, more = ''): Promise<string> => say(port, `GET ${url} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${more}\r\n`);
  t.match(await get('/0011aabb/token'), /^HTTP\/1\.1 200 OK\r\n[^]*served$/);
  t.same(served, ['0011aabb.sock /0011aabb/token']);
  for (const url of ['/', '/0011aabb', '/0011aabb/', '/../outside/x', '/..%2Foutside/x', '/0011AABB/x', '/0011aabb/../x', '//0011aabb/x'])
    t.match(await get(url), /^HTTP\/1\.1 404 /, url);
  for (const line of [
    'POST /0011aabb/x HTTP/1.1\r\n',
    'CONNECT 127.0.0.1:22 HTTP/1.1\r\n',
    `GET /0011aabb/${'x'.repeat(5000)}`,
    '\0\0\r\n',
  ])
    t.match(await say(port, line), /^HTTP\/1\.1 404 /, line.slice(0, 30));
  t.equal(await get('/99999999/x'), '', 'a socket that is not there ends the connection');
  t.match(await get('/0011aabb/again'), /served/);
  t.equal(served.length, 2);
});

t.test('an embedded guest fetches what is copied into it', { skip: noWine }, async (t) => {
  const { winrmTransport } = await import('../../../transports/winrm.ts');
  const provider = wineProvider({ folders: realFolders, projectRoot, clock: systemClock, masker: new Masker() });
  await using lease = await provider.acquire(wineSpecs.win11, { id: 'gateway-test' }, testCall());
  const { endpoint } = lease;
  if (endpoint.transport !== 'winrm') throw new Error('not expected');
  t.ok(endpoint.pull, 'whether walled off or not');
  await using connection = await winrmTransport({ clock: systemClock, ways: ['http-pull'] }).connect(endpoint, testCall());
  const local = path.join(await scratchFolder(t), 'file');
  const content = Buffer.alloc(12_000_000, 'fetched by the guest ');
  await writeFile(local, content);
  const to = remotePath('C:\\fetched\\file.bin');
  t.match(await connection.put(local as never, to, testCall()), { way: 'http-pull', sizeBytes: content.length });
  const back = `${local}.back`;
  await connection.get(to, back as never, testCall());
  t.ok((await readFile(back)).equals(content));
  await connection.put(local as never, remotePath('C:\\fetched\\again.bin'), testCall());
});
