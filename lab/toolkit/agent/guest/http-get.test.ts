import { type AddressInfo, createServer } from 'node:net';
import t, { type Test } from 'tap';
import { httpGet } from './http-get.ts';
import { Refusal } from './refusal.ts';

/** A server that says just this to whoever asks, piece by piece, and hangs up. `asked` has what it was asked. */
async function saying(t: Test, pieces: readonly string[], hangsUp = true): Promise<{ readonly url: string; readonly asked: () => string }> {
  let asked = '';
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      asked = bytes.toString('latin1');
      void (async () => {
        for (const piece of pieces) {
          await new Promise<void>((resolve) => socket.write(piece, 'latin1', () => resolve()));
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (hangsUp) socket.end();
      })();
    });
    t.teardown(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/a/b?c=d`, asked: () => asked };
}

async function fetched(url: string, range?: readonly [number, number], signal = AbortSignal.timeout(10_000)): Promise<string> {
  let body = '';
  await httpGet({ url, signal, onBytes: (bytes) => void (body += bytes.toString('latin1')), ...(range ? { range } : {}) });
  return body;
}

t.test('a body comes out whole, however it is cut', async (t) => {
  const answer = 'HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 2-6/9\r\ncontent-LENGTH: 5\r\n\r\nhello';
  for (const pieces of [[answer], answer.split('')]) {
    const { url, asked } = await saying(t, pieces);
    t.equal(await fetched(url, [2, 7]), 'hello');
    t.match(asked(), /^GET \/a\/b\?c=d HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\nConnection: close\r\nRange: bytes=2-6\r\n\r\n$/);
  }
  const { url, asked } = await saying(t, ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'], false);
  t.equal(await fetched(url), '', 'nothing, and nobody waits for the end of the connection');
  t.notMatch(asked(), /Range/);
});

t.test('another answer than was asked for is refused', async (t) => {
  for (const [answer, message] of [
    ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello', /HTTP 200/],
    ['HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n', /HTTP 404/],
    ['HTTP/1.1 206 Partial Content\r\ncontent-length: 4\r\n\r\nhell', /has 4 bytes/],
    ['HTTP/1.1 206 Partial Content\r\n\r\nhello', /how long/],
    ['HTTP/1.1 206 Partial Content\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\nhello', /how long/],
    ['HTTP/1.1 206 Partial Content\r\ncontent-length: 5\r\n\r\nhello, and more', /more arrived/],
    [`HTTP/1.1 206 Partial Content\r\n${'x'.repeat(20_000)}`, /no head/],
    ['220 smtp.example.org\r\n\r\n', /HTTP NaN/],
  ] as const) {
    const { url } = await saying(t, [answer]);
    const error = await fetched(url, [2, 7]).catch((thrown: unknown) => thrown);
    t.ok(error instanceof Refusal, answer.slice(0, 40));
    t.match((error as Refusal).message, message);
  }
});

t.test('what the network does is told as that', async (t) => {
  for (const answer of ['', 'HTTP/1.1 206 Partial', 'HTTP/1.1 206 Partial Content\r\ncontent-length: 5\r\n\r\nhel']) {
    const { url } = await saying(t, [answer]);
    const error = await fetched(url, [2, 7]).catch((thrown: unknown) => thrown);
    t.notOk(error instanceof Refusal);
    t.match(error, { message: /ended early/ });
  }
  const { url } = await saying(t, ['HTTP/1.1 206 Partial Content\r\n'], false);
  const stop = new AbortController();
  const reason = new Error('enough');
  setImmediate(() => stop.abort(reason));
  t.equal(await fetched(url, [2, 7], stop.signal).catch((thrown: unknown) => thrown), reason);
  t.equal(await fetched(url, [2, 7], stop.signal).catch((thrown: unknown) => thrown), reason, 'before it began, too');
  await t.rejects(fetched('http://127.0.0.1:1/'), { code: 'ECONNREFUSED' });
});

t.test('who cannot take the bytes ends it', async (t) => {
  const { url } = await saying(t, ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello']);
  const full = new Error('no space left');
  const onBytes = (): void => {
    throw full;
  };
  t.equal(await httpGet({ url, signal: AbortSignal.timeout(10_000), onBytes }).catch((thrown: unknown) => thrown), full);
});

t.test('who is busy with the bytes is waited for, and not given more than a few pieces', async (t) => {
  const sizeBytes = 12 << 20;
  const { url } = await saying(t, [`HTTP/1.1 200 OK\r\ncontent-length: ${sizeBytes}\r\n\r\n`, 'x'.repeat(sizeBytes)]);
  const [waiting, most] = [[] as (() => void)[], { ahead: 0, bytes: 0 }];
  const onBytes = (bytes: Buffer): Promise<void> => {
    const before = Buffer.from(bytes);
    most.bytes += bytes.length;
    return new Promise<void>((resolve, reject) => {
      waiting.push(() => (before.equals(bytes) ? resolve() : reject(new Error('the bytes were changed meanwhile'))));
      most.ahead = Math.max(most.ahead, waiting.length);
    });
  };
  let over = false;
  const fetching = httpGet({ url, signal: AbortSignal.timeout(20_000), onBytes }).then(() => (over = true));
  while (most.bytes < sizeBytes) {
    await new Promise((resolve) => setImmediate(resolve));
    if (waiting.length === 3) waiting.shift()?.();
  }
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(over, false, 'all has arrived, and some of it is not taken yet');
  while (waiting.length > 0) waiting.shift()?.();
  await fetching;
  t.ok(most.ahead <= 3, `${most.ahead} pieces at once`);
  const late = new Error('no space left');
  const { url: other } = await saying(t, ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello']);
  const failing = httpGet({ url: other, signal: AbortSignal.timeout(10_000), onBytes: () => Promise.reject(late) });
  t.equal(await failing.catch((thrown: unknown) => thrown), late);
});
