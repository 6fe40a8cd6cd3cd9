import net, { type AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { Secret } from '../../core/secret.ts';
import { callFor } from '../../testing/calls.ts';
import { hostProcesses } from '../../testing/winrm/host-processes.ts';
import { type PassingAnswer, type Tampering, tamperingFront } from '../../testing/winrm/tampering-front.ts';
import { startEndpoint } from '../endpoint/endpoint.ts';
import { identifyResponse } from '../messages/identify.ts';
import { flags } from '../ntlm/flags.ts';
import { buildNegTokenResp } from '../ntlm/spnego-tokens.ts';
import { joinParts } from '../soap/xml-parts.ts';
import { runCommand } from './run-command.ts';
import type { TargetOptions } from './target.ts';
import { openWinrmClient } from './winrm-client.ts';

const password = new Secret('secret-word');
const call = () => callFor(20_000);

async function front(t: Test, tampering: Tampering) {
  const processes = hostProcesses();
  const service = await startEndpoint({
    host: '127.0.0.1',
    port: 0,
    users: [{ name: 'vagrant', password }],
    processes,
    identity: { osVersion: '10.0.19045', computerName: 'GUEST' },
  });
  t.teardown(() => service.close());
  const { url, connections } = await tamperingFront(t, service.port, tampering);
  const open = (more: Partial<TargetOptions> = {}, within: Call = call()) =>
    openWinrmClient({ url, user: 'vagrant', password, authentication: 'ntlm', ...more }, within);
  return { url, connections, open };
}

const errorOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );

const empty = (status: number, headers: PassingAnswer['headers'] = {}): PassingAnswer => ({ status, headers, body: Buffer.alloc(0) });
const challenge = (token: string): PassingAnswer => empty(401, { 'www-authenticate': token });

/** Changes the token of the server's challenge. */
const changed = (answer: PassingAnswer, change: (token: Buffer) => Buffer): PassingAnswer => {
  const token = Buffer.from(String(answer.headers['www-authenticate']).split(' ')[1] ?? '', 'base64');
  return challenge(`Negotiate ${change(token).toString('base64')}`);
};

t.test('whatever breaks a log-in off has a name and an advice', async (t) => {
  const first = (answer: PassingAnswer | 'break'): Tampering => ({ request: ({ number }) => (number === 1 ? answer : undefined) });
  const last = (answer: PassingAnswer | 'break'): Tampering => ({ request: ({ number }) => (number === 2 ? answer : undefined) });
  const token = (change: (token: Buffer) => Buffer): Tampering => ({
    answer: (answer, { number }) => (number === 1 ? changed(answer, change) : undefined),
  });
  const cases: Readonly<Record<string, readonly [Tampering, Readonly<Record<string, unknown>>, Partial<TargetOptions>?]>> = {
    'closed after the first message': [
      first('break'),
      { code: 'winrm.log-in-broken-off', message: /after its first message/, hint: /proxy/ },
    ],
    'closed after the last message': [
      last('break'),
      { code: 'winrm.log-in-broken-off', message: /after its last message/, hint: /event log/ },
    ],
    'a connection that is not kept': [
      { answer: (answer, { number }) => (number === 1 ? { ...answer, headers: { ...answer.headers, connection: 'close' } } : undefined) },
      { code: 'winrm.log-in-broken-off', hint: /has to stay open/ },
    ],
    'a challenge cut off in its head': [
      token((bytes) => bytes.subarray(0, 30)),
      { code: 'winrm.protocol-violation', message: /NTLM CHALLENGE was expected/ },
    ],
    'a challenge cut off in its names': [
      token((bytes) => bytes.subarray(0, 70)),
      { code: 'winrm.protocol-violation', message: /points outside itself/ },
    ],
    'a challenge that is none': [
      token(() => Buffer.from('hello')),
      { code: 'winrm.protocol-violation', message: /not an NTLMSSP message/ },
    ],
    'a challenge without sealing': [
      token((bytes) => {
        bytes.writeUInt32LE((bytes.readUInt32LE(20) & ~(flags.seal | flags.key128)) >>> 0, 20);
        return bytes;
      }),
      { code: 'winrm.ntlm-too-weak', message: /NTLM without seal, key128/, hint: /HTTPS/ },
    ],
    'another path': [first(empty(404)), { code: 'winrm.log-in-broken-off', message: /HTTP 404/, hint: /\/wsman/ }],
    'a service that stops': [first(empty(503)), { code: 'winrm.log-in-broken-off', message: /HTTP 503/, hint: /WinRM service/ }],
    'a proxy that wants a log-in': [first(empty(407)), { code: 'winrm.log-in-broken-off', hint: /proxy/ }],
    'a proxy that redirects': [first(empty(302)), { code: 'winrm.log-in-broken-off', hint: /address of the guest itself/ }],
    'a server that asks for nothing': [first(empty(200)), { code: 'winrm.log-in-broken-off', message: /HTTP 200/, hint: /URL/ }],
    'no Negotiate': [
      first(challenge('Kerberos, Basic realm="a, b"')),
      { code: 'winrm.authentication-refused', hint: /It offers Kerberos, Basic realm="a, b": enable/ },
    ],
    'Negotiate without a token': [first(challenge('Negotiate')), { code: 'winrm.log-in-broken-off', message: /did not answer its token/ }],
    'no more Negotiate at the end': [last(challenge('Basic realm="WSMAN"')), { code: 'winrm.authentication-refused', hint: /password/ }],
    'the beginning once more': [
      { answer: (answer, { number }) => (number === 2 ? challenge('Negotiate TlRMTVNTUAACAAAA') : answer) },
      { code: 'winrm.log-in-broken-off', message: /back to its beginning/ },
    ],
    'a service that stops at the end': [
      last(empty(500)),
      { code: 'winrm.log-in-broken-off', message: /last message was answered with HTTP 500/ },
    ],
    'SPNEGO that rejects NTLM': [
      token(() => buildNegTokenResp({ state: 'reject' })),
      { code: 'winrm.authentication-refused', hint: /bare tokens/ },
      { negotiateToken: 'spnego' },
    ],
    'SPNEGO without its last token': [
      { answer: (answer, { number }) => (number === 2 ? { ...answer, headers: {} } : undefined) },
      { code: 'winrm.protocol-violation', message: /without a last SPNEGO token/ },
      { negotiateToken: 'spnego' },
    ],
  };
  for (const [what, [tampering, expected, more]] of Object.entries(cases)) {
    const { open, connections } = await front(t, tampering);
    const error = await errorOf(open(more));
    t.type(error, LabError, what);
    t.match(error, { kind: 'transport', ...expected }, what);
    for (let waited = 0; connections() > 0 && waited < 200; waited++) await new Promise((resolve) => setTimeout(resolve, 10));
    t.equal(connections(), 0, `${what}: nothing stays open`);
  }
});

t.test('several challenges in one header, in any case, are taken apart', async (t) => {
  const { open } = await front(t, {
    answer: (answer, { number }) => {
      const token = String(answer.headers['www-authenticate']).replace('Negotiate', 'nEGOTIATE');
      return number === 1 ? challenge(`Digest realm="x, Negotiate QUJD", nonce = "1", ${token}, Basic realm="WSMAN"`) : undefined;
    },
  });
  await using client = await open();
  t.match(client.identity.productVersion, '10.0.19045');
});

t.test('a log-in that the server forgot is made again, and nothing runs twice', async (t) => {
  let forgotten = 0;
  const { open, connections } = await front(t, {
    request: ({ number }) => {
      // Two messages log in and one is answered; the next is refused unread, on every connection.
      if (number < 4) return undefined;
      forgotten++;
      return challenge('Negotiate');
    },
  });
  const client = await open();
  const shell = await client.openShell({}, call());
  const input = Buffer.alloc(1_700_000, 'x');
  const result = await runCommand(shell, { line: 'wc -c; echo once', skipCmdShell: false, maxOutputBytes: 1000, stdin: input }, call());
  t.equal(Buffer.from(result.stdout).toString().trim(), '1700000\nonce');
  await shell.close(call());
  t.ok(forgotten >= 3, `${forgotten} messages were refused unread`);
  await client[Symbol.asyncDispose]();
  for (let waited = 0; connections() > 0 && waited < 200; waited++) await new Promise((resolve) => setTimeout(resolve, 10));
  t.equal(connections(), 0);
});

t.test('an answer that somebody put in is not believed, and its connection is not used again', async (t) => {
  const forged = joinParts(identifyResponse({ productVendor: 'Mallory', productVersion: 'OS: 6.6.6' }));
  const numbers: number[] = [];
  const { open } = await front(t, {
    request: ({ number }) => {
      numbers.push(number);
      // The first message of the first connection, and no other.
      const putIn = number === 3 && numbers.length === 3;
      return putIn ? { status: 200, headers: { 'content-type': 'application/soap+xml;charset=UTF-8' }, body: forged } : undefined;
    },
  });
  const error = await errorOf(open());
  t.match(error, { code: 'winrm.protocol-violation', message: /HTTP 200 instead of a SOAP answer/ });
  await using client = await open();
  t.equal(client.identity.productVendor, 'Microsoft Corporation');
  t.type((await client.openShell({}, call())).id, 'string');
  t.same(numbers, [1, 2, 3, 1, 2, 3, 4]);
});

t.test('a message that was refused unread puts its connection out of step, so the next goes on another', async (t) => {
  const numbers: number[] = [];
  const { open } = await front(t, {
    request: ({ number }) => {
      numbers.push(number);
      return number === 4 && numbers.length === 4 ? empty(500) : undefined;
    },
  });
  await using client = await open();
  t.match(await errorOf(client.openShell({}, call())), { code: 'winrm.protocol-violation', message: /HTTP 500/ });
  t.type((await client.openShell({}, call())).id, 'string');
  t.same(numbers, [1, 2, 3, 4, 1, 2, 3]);
});

t.test('a server that forgets at once is given up', async (t) => {
  let sealed = 0;
  const { open } = await front(t, {
    request: ({ authorization }) => (authorization === undefined && ++sealed ? challenge('Negotiate') : undefined),
  });
  t.match(await errorOf(open()), { code: 'winrm.authentication-refused', hint: /no longer accepted/ });
  t.ok(sealed <= 3, `${sealed} attempts`);
});

t.test('waiting ends with the call, wherever it waits', async (t) => {
  const sockets = new Set<net.Socket>();
  const silent = net.createServer((socket) => {
    sockets.add(socket);
    socket
      .on('error', () => {})
      .once('close', () => sockets.delete(socket))
      .resume();
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.teardown(() => silent.close());
  const { port } = silent.address() as AddressInfo;
  for (const url of [`https://127.0.0.1:${port}/wsman`, `http://127.0.0.1:${port}/wsman`]) {
    const controller = new AbortController();
    const reason = LabError.of('lab.interrupted', { signal: 'the test' });
    const opening = openWinrmClient({ url, user: 'u', password, authentication: 'ntlm' }, { ...call(), signal: controller.signal });
    for (let waited = 0; sockets.size === 0 && waited < 500; waited++) await new Promise((resolve) => setTimeout(resolve, 10));
    t.equal(sockets.size, 1, `${url} is connected to`);
    controller.abort(reason);
    t.equal(await errorOf(opening), reason);
    for (let waited = 0; sockets.size > 0 && waited < 500; waited++) await new Promise((resolve) => setTimeout(resolve, 10));
    t.equal(sockets.size, 0, 'the connection is closed');
    t.equal(
      await errorOf(openWinrmClient({ url, user: 'u', password, authentication: 'ntlm' }, { ...call(), signal: controller.signal })),
      reason,
    );
    t.equal(sockets.size, 0, 'an ended call connects to nothing');
  }
});
