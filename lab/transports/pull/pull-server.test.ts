import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import t from 'tap';
import type { LocalPath } from '../../core/ids.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { PullServer } from './pull-server.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

const ask = (url: string, headers: Record<string, string> = {}, method = 'GET', socketPath?: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asking = request(url, { method, headers, agent: false, ...(socketPath === undefined ? {} : { socketPath }) }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (piece: Buffer) => void parts.push(piece));
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }));
    });
    asking.once('error', reject);
    asking.end();
  });

const content = randomBytes(3_000_000);

t.test('a file is given out whole and in ranges', async (t) => {
  const file = path.join(await scratchFolder(t), 'file') as LocalPath;
  await writeFile(file, content);
  const server = new PullServer({ listen: { host: '127.0.0.1' } });
  let servedBytes = 0;
  await using offer = await server.offer({ file, sizeBytes: content.length }, (count) => (servedBytes += count));
  t.match(new URL(offer.url).pathname, /^\/[0-9a-f]{8}\/[\w-]{43}$/, 'with 256 random bits');
  const whole = await ask(offer.url);
  t.match(whole, { status: 200, headers: { 'content-length': String(content.length), 'accept-ranges': 'bytes' } });
  t.ok(whole.body.equals(content));
  t.equal(servedBytes, content.length);
  for (const [range, from, end] of [
    ['bytes=0-0', 0, 1],
    ['bytes=100-199', 100, 200],
    ['bytes=2999990-', 2_999_990, 3_000_000],
    ['bytes=2999990-9999999', 2_999_990, 3_000_000],
  ] as const) {
    const part = await ask(offer.url, { range });
    t.match(part, { status: 206, headers: { 'content-range': `bytes ${from}-${end - 1}/3000000` } }, range);
    t.ok(part.body.equals(content.subarray(from, end)), range);
  }
  for (const range of ['bytes=3000000-', 'bytes=9-3']) t.match(await ask(offer.url, { range }), { status: 416 }, range);
  for (const range of ['bytes=0-1,5-6', 'lines=1-2', 'bytes=-5']) t.match(await ask(offer.url, { range }), { status: 200 }, range);
});

t.test('nothing else is given out', async (t) => {
  const server = new PullServer({ listen: { host: '127.0.0.1' } });
  await using offer = await server.offer(content);
  const { origin, pathname } = new URL(offer.url);
  const other = await server.offer(content);
  for (const place of [
    '/',
    '/..',
    pathname.slice(0, -1),
    `${pathname}x`,
    `${pathname}/`,
    pathname.slice(0, 10),
    `/${pathname}`,
    `/x${pathname.slice(2)}`,
  ]) {
    const answer = await ask(`${origin}${place}`);
    t.match([answer.status, answer.body.length], [404, 0], place);
  }
  for (const method of ['HEAD', 'POST', 'PUT', 'OPTIONS']) t.equal((await ask(offer.url, {}, method)).status, 404, method);
  t.equal((await ask(other.url)).status, 200);
  await other[Symbol.asyncDispose]();
  t.equal((await ask(other.url)).status, 404, 'what is withdrawn is gone');
  t.equal((await ask(offer.url)).status, 200, 'what is not is there');
});

t.test('it listens only while something is offered, and what is being fetched then ends', async (t) => {
  const server = new PullServer({ listen: { host: '127.0.0.1' } });
  const offer = await server.offer(Buffer.alloc(64 << 20));
  const { hostname, port, pathname } = new URL(offer.url);
  const slow = connect(Number(port), hostname);
  const closed = new Promise<void>((resolve) => slow.once('close', () => resolve()));
  slow.on('error', () => {});
  slow.write(`GET ${pathname} HTTP/1.1\r\nhost: x\r\n\r\n`);
  await new Promise((resolve) => slow.once('data', resolve));
  slow.pause();
  await offer[Symbol.asyncDispose]();
  slow.resume();
  await closed;
  await t.rejects(ask(offer.url), { code: 'ECONNREFUSED' });
  await using again = await server.offer(content);
  t.ok((await ask(again.url)).body.equals(content), 'and again when something new is');
});

t.test('a socket in a folder, however deep that is', async (t) => {
  for (const name of ['flat', 'd'.repeat(120)]) {
    const folder = path.join(await scratchFolder(t), name);
    await mkdir(folder);
    const server = new PullServer({ listen: { socketFolder: folder }, urlInGuest: 'http://in.the.guest:8098' });
    const offer = await server.offer(content);
    const url = new URL(offer.url);
    t.equal(url.origin, 'http://in.the.guest:8098');
    const socket = `${url.pathname.slice(1, 9)}.sock`;
    t.same(await readdir(folder), [socket]);
    if (name === 'flat') t.ok((await ask(offer.url, {}, 'GET', path.join(folder, socket))).body.equals(content));
    await offer[Symbol.asyncDispose]();
    t.same(await readdir(folder), [], 'it is gone afterwards');
  }
});

t.test('an address that the guest knows by another name', async (t) => {
  const server = new PullServer({ listen: { host: '127.0.0.1' }, hostInGuest: '10.0.2.2' });
  await using offer = await server.offer(content);
  const url = new URL(offer.url);
  t.equal(url.hostname, '10.0.2.2');
  url.hostname = '127.0.0.1';
  t.ok((await ask(url.href)).body.equals(content), 'it is the same port');
  const six = new PullServer({ listen: { host: '127.0.0.1' }, hostInGuest: 'fd00::2' });
  await using other = await six.offer(content);
  t.match(other.url, /^http:\/\/\[fd00::2\]:\d+\//);
});

t.test('an address that is not of this host is told', async (t) => {
  const server = new PullServer({ listen: { host: '192.0.2.1' } });
  await t.rejects(server.offer(content), { code: 'copy.not-listening' });
});
