import t from 'tap';
import type { FuzzTarget } from './fuzz-target.ts';
import { judgeAnswer } from './judge-answer.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { mutateXml } from './mutate-xml.ts';
import { Random } from './random.ts';
import { readResponses } from './raw-http.ts';
import { makeRequest } from './request-corpus.ts';
import { runFuzz } from './run-fuzz.ts';
import { targets } from './targets.ts';

t.setTimeout(300_000);

/** A share of what `npm run fuzz` sends; the same messages each time. */
const MESSAGES = 20_000;
const SEED = 20_261_121;

t.test('both ends stand mutated messages', async (t) => {
  t.equal(targets.reduce((sum, { share }) => sum + share, 0).toFixed(6), '1.000000');
  for (const { name, share, open } of targets) {
    await using target = await open();
    const wanted = Math.ceil(MESSAGES * share);
    const result = await runFuzz(target, { seed: SEED, messages: wanted });
    t.equal(result.finding?.problem, undefined, `${name}: ${result.messages} messages`);
    t.ok(result.messages >= wanted, 'all were sent');
  }
});

let sent = 0;
/** A target that has one thing wrong with it. */
const broken = (send: FuzzTarget['send'], checkHealth: FuzzTarget['checkHealth'] = async () => undefined): FuzzTarget => ({
  name: 'broken',
  atOnce: 4,
  make: (random) => ({ about: 'requests', messages: Array.from({ length: 3 }, () => makeRequest(random).bytes) }),
  send: (one) => {
    sent += one.messages.length;
    return send(one);
  },
  mutated: () => sent,
  checkHealth,
  [Symbol.asyncDispose]: async () => {},
});

const options = { seed: 1, messages: 3000, caseLimitMs: 200 };
const BAD = '<![CDATA[';

t.test('a crash is found and cut down to what causes it', async (t) => {
  const { finding } = await runFuzz(
    broken(async ({ messages }) => {
      if (messages.some((message) => message.includes(BAD))) throw new TypeError('cannot read properties of undefined');
      return undefined;
    }),
    options,
  );
  t.match(finding, { problem: /TypeError: cannot read/ });
  t.same(finding?.smallest.messages.map(String), [BAD]);
});

t.test('a hang, an error nobody catches and a service that is unwell afterwards are found', async (t) => {
  const isBad = (messages: readonly Buffer[]): boolean => messages.some((message) => message.includes(BAD));
  const hanging = broken(({ messages }) => (isBad(messages) ? new Promise(() => {}) : Promise.resolve(undefined)));
  t.match((await runFuzz(hanging, { ...options, caseLimitMs: 20 })).finding, { problem: /nothing came of it within 20 ms/ });
  const careless = broken(async ({ messages }) => {
    if (isBad(messages)) void Promise.reject(new Error('left alone'));
    await new Promise((resolve) => setImmediate(resolve));
    return undefined;
  });
  t.match((await runFuzz(careless, options)).finding, { problem: /nobody caught: Error: left alone/ });
  let ill = false;
  const poisoned = broken(
    async ({ messages }) => {
      ill = isBad(messages);
      return undefined;
    },
    async () => (ill ? 'it is ill' : undefined),
  );
  const { finding } = await runFuzz({ ...poisoned, atOnce: 1 }, { ...options, messages: 60_000 });
  t.match(finding, { problem: /it is ill/ });
});

t.test('a leak is found', async (t) => {
  const kept: Buffer[] = [];
  const leaking = broken(async () => {
    kept.push(Buffer.alloc(100_000, kept.length));
    return undefined;
  });
  const { finding, heapGrowthBytes } = await runFuzz(leaking, options);
  t.match(finding, { problem: /bytes more are held/ }, `${heapGrowthBytes} bytes`);
  t.ok(kept.length > 0);
});

t.test('the same seed makes the same messages', async (t) => {
  for (const { name, open } of targets) {
    await using target = await open();
    const made = (index: number): string => JSON.stringify(target.make(Random.of(5, name, index)));
    t.equal(made(7), made(7), name);
    t.not(made(7), made(8));
  }
});

t.test('mutations leave what they are given alone, and change it', async (t) => {
  const given = Buffer.from('<a b="c">text</a>');
  const changed = Array.from({ length: 500 }, (_, seed) => mutateBytes(new Random(seed), given).toString());
  t.equal(given.toString(), '<a b="c">text</a>');
  t.ok(new Set(changed).size > 300);
  const moved = Array.from({ length: 500 }, (_, seed) => mutateXml(new Random(seed), given.toString()).toString('latin1'));
  t.ok(new Set(moved).size > 200);
  t.ok(moved.some((xml) => xml.includes('<!DOCTYPE')));
});

t.test('answers that are none are told', async (t) => {
  const envelope = (body: string): Buffer =>
    Buffer.from(`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body>${body}</s:Body></s:Envelope>`);
  t.equal(judgeAnswer(200, envelope('')), undefined);
  t.equal(judgeAnswer(401, Buffer.alloc(0)), undefined);
  t.match(judgeAnswer(401, Buffer.from('x')), /carries a body/);
  t.match(judgeAnswer(200, Buffer.from('<a>')), /not well-formed/);
  t.match(judgeAnswer(200, Buffer.from('<a/>')), /no SOAP envelope/);
  t.match(judgeAnswer(200, envelope('<q:a/>')), /cannot be read/);
  t.match(judgeAnswer(500, envelope('')), /carries no fault/);
  t.match(judgeAnswer(500, envelope('<s:Fault/>')), /no code/);
  t.match(judgeAnswer(200, Buffer.alloc(600_000)), /600000 bytes/);
});

t.test('responses are told apart', async (t) => {
  const two = Buffer.from('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 401 No\r\n\r\n');
  t.same(
    readResponses(two)?.map(({ status, body }) => [status, body.toString()]),
    [
      [200, 'ab'],
      [401, ''],
    ],
  );
  t.equal(readResponses(two.subarray(0, 60)), undefined, 'half of one');
  t.equal(readResponses(Buffer.from('what\r\n\r\n')), undefined, 'no HTTP');
});
