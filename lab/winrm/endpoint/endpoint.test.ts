import { randomBytes } from 'node:crypto';
import net from 'node:net';
import t, { type Test } from 'tap';
import { request as httpRequest } from 'undici';
import { Secret } from '../../core/secret.ts';
import { hostProcesses } from '../../testing/winrm/host-processes.ts';
import { faultCodes } from '../faults/fault-catalogue.ts';
import { parseFault } from '../faults/fault.ts';
import { commandRequest, parseCommandResponse } from '../messages/command.ts';
import { createRequest, parseCreateResponse } from '../messages/create.ts';
import { deleteRequest } from '../messages/delete.ts';
import { identifyRequest, parseIdentifyResponse } from '../messages/identify.ts';
import { type ReceiveResponse, parseReceiveResponse, receiveRequest } from '../messages/receive.ts';
import { type RequestContext } from '../messages/request.ts';
import { sendRequest } from '../messages/send.ts';
import { type Signal, signalRequest } from '../messages/signal.ts';
import { parseEnvelope } from '../soap/envelope.ts';
import { type XmlElement } from '../soap/xml-element.ts';
import { type XmlPart, joinParts } from '../soap/xml-parts.ts';
import { type EndpointOptions, startEndpoint } from './endpoint.ts';
import { type GuestProcesses, StartFailure } from '../../core/guest-processes.ts';

const password = new Secret('pass:word');
const basic = (user: string, secret = password): string => `Basic ${Buffer.from(`${user}:${secret.reveal()}`).toString('base64')}`;

interface Asked {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Speaks raw messages over Basic, so that each test sees exactly what goes over the wire. */
async function serve(t: Test, options: Partial<EndpointOptions> = {}) {
  const users = [
    { name: 'Vagrant', password },
    { name: 'other', password },
  ];
  const service = await startEndpoint({
    host: '127.0.0.1',
    port: 0,
    users,
    processes: hostProcesses(),
    identity: { osVersion: '10.0.19045', computerName: 'GUEST' },
    allowUnencrypted: true,
    ...options,
  });
  t.teardown(() => service.close());
  const post = async (
    body: Buffer | string,
    headers: Readonly<Record<string, string>> = { authorization: basic('vagrant') },
    path = '/wsman',
  ): Promise<Asked> => {
    const answer = await httpRequest(new URL(path, service.url), {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/soap+xml;charset=UTF-8', ...headers },
    });
    return { status: answer.statusCode, headers: answer.headers, body: Buffer.from(await answer.body.arrayBuffer()) };
  };
  let count = 0;
  const context = (more: Partial<RequestContext> = {}): RequestContext => ({
    to: service.url,
    messageId: `uuid:${++count}`,
    sessionId: 'uuid:S',
    maxEnvelopeBytes: 512_000,
    operationTimeoutMs: 10_000,
    ...more,
  });
  /** The body of the answer, or the code of its fault. */
  const ask = async (parts: readonly XmlPart[], user = 'vagrant'): Promise<XmlElement | number> => {
    const { status, body } = await post(joinParts(parts), { authorization: basic(user) });
    const envelope = parseEnvelope(body, 1_000_000);
    const fault = parseFault(envelope.body);
    t.equal(status, fault ? 500 : 200, 'faults and only faults have status 500');
    return fault ? (fault.code ?? -1) : envelope.body;
  };
  const body = async (parts: readonly XmlPart[], user?: string): Promise<XmlElement> => {
    const answer = await ask(parts, user);
    if (typeof answer === 'number') throw new Error(`fault ${answer}`);
    return answer;
  };
  const shell = { environment: {}, codePage: 65001, noProfile: false };
  return {
    service,
    post,
    ask,
    context,
    create: async (user?: string) => parseCreateResponse(await body(createRequest(context(), shell), user)).shellId,
    refusedCreate: (user?: string) => ask(createRequest(context(), shell), user),
    start: async (shellId: string, line: string) => parseCommandResponse(await body(command(shellId, line))),
    refusedStart: (shellId: string, line: string) => ask(command(shellId, line)),
    receive: async (shellId: string, commandId: string, more: Partial<RequestContext> = {}): Promise<ReceiveResponse | number> => {
      const answer = await ask(receiveRequest(context(more), shellId, commandId));
      return typeof answer === 'number' ? answer : parseReceiveResponse(answer, commandId);
    },
    send: (shellId: string, commandId: string, bytes: string | Uint8Array, end = false) =>
      ask(sendRequest(context(), shellId, { commandId, bytes: Buffer.from(bytes), end })),
    signal: (shellId: string, commandId: string, signal: Signal) => ask(signalRequest(context(), shellId, commandId, signal)),
    remove: (shellId: string, user?: string) => ask(deleteRequest(context(), shellId), user),
  };

  function command(shellId: string, line: string): readonly XmlPart[] {
    return commandRequest(context(), shellId, { line, skipCmdShell: false, consoleModeStdin: false });
  }
}

const outputOf = (answer: ReceiveResponse | number): string =>
  typeof answer === 'number'
    ? `fault ${answer}`
    : Buffer.concat(answer.chunks.filter(({ stream }) => stream === 'stdout').map(({ bytes }) => bytes)).toString();

/** A guest whose processes are written in the test. */
const scripted = (start: GuestProcesses['start']): GuestProcesses => ({ start });
const never = new Promise<never>(() => {});

t.test('HTTP: where, how and who', async (t) => {
  const { post, service } = await serve(t);
  t.equal((await post('x', {}, '/elsewhere')).status, 404);
  t.equal((await httpRequest(service.url)).statusCode, 405);
  const stranger = await post(joinParts(identifyRequest()), {});
  t.equal(stranger.status, 401);
  t.same(stranger.headers['www-authenticate'], ['Negotiate', 'Basic realm="WSMAN"']);
  t.match(stranger.headers, { server: 'Microsoft-HTTPAPI/2.0', 'content-length': '0' });
  t.equal((await post('', { authorization: basic('vagrant', new Secret('wrong')) })).status, 401);
  t.equal((await post('', { authorization: basic('nobody') })).status, 401);
  t.equal((await post('', { authorization: 'Negotiate TlRMTVNTUAA=' })).status, 400, 'a token that is none');
  t.match(
    await post('', { authorization: basic('VAGRANT') }),
    { status: 200, headers: { 'content-length': '0' } },
    'users by any case; an empty message is answered empty',
  );
  const known = await post(joinParts(identifyRequest()), { authorization: basic('vagrant') }, '/WSMan?PSVersion=5.1');
  t.equal(known.headers['content-type'], 'application/soap+xml;charset=UTF-8');
  t.equal(Number(known.headers['content-length']), known.body.length);
  t.equal(parseIdentifyResponse(parseEnvelope(known.body, 10_000).body).productVersion, 'OS: 10.0.19045 SP: 0.0 Stack: 3.0');
});

t.test('strangers may ask who is there, and are not told the version', async (t) => {
  const { post } = await serve(t, { allowUnencrypted: false });
  const { status, body } = await post(joinParts(identifyRequest()), { WSMANIDENTIFY: 'unauthenticated' });
  t.equal(status, 200);
  t.equal(parseIdentifyResponse(parseEnvelope(body, 10_000).body).productVersion, 'OS: 0.0.0 SP: 0.0 Stack: 3.0');
});

t.test('by default nothing unencrypted is taken, so Basic is refused', async (t) => {
  const { post } = await serve(t, { allowUnencrypted: false });
  t.equal((await post(joinParts(identifyRequest()))).status, 401);
});

t.test('messages that are none are answered with a fault', async (t) => {
  const { post, ask, context } = await serve(t);
  const faultFor = async (text: string) => parseFault(parseEnvelope((await post(text)).body, 10_000).body)?.code;
  t.equal(await faultFor('hello'), faultCodes.schemaViolation);
  t.equal(await faultFor('<!DOCTYPE a><a/>'), faultCodes.schemaViolation);
  const request = joinParts(createRequest(context(), { environment: {}, codePage: 65001, noProfile: false })).toString();
  t.equal(await faultFor(request.replace('transfer/Create<', 'transfer/Put<')), faultCodes.unsupportedAction);
  t.equal(await faultFor(request.replace('windows/shell/cmd<', 'windows/shell/other<')), faultCodes.invalidResourceUri);
  t.equal(await faultFor(request.replace('windows/shell/cmd<', 'config<')), faultCodes.actionMismatch);
  t.equal(
    await faultFor(request.replace('<rsp:Shell>', '<rsp:Other>').replace('</rsp:Shell>', '</rsp:Other>')),
    faultCodes.schemaViolation,
  );
  t.equal(await ask(deleteRequest(context(), 'none')), faultCodes.shellNotFound);
});

t.test('a message over the envelope size is refused with 413', async (t) => {
  const { post } = await serve(t);
  t.equal((await post(Buffer.alloc(512_001, 'x'))).status, 413);
  t.equal((await post(Buffer.alloc(512_000, 'x'))).status, 500, 'one at the limit is read');
  t.equal((await post(Buffer.alloc(5_000_000, 'x'))).status, 413);
});

t.test('a command from its start to its end', async (t) => {
  const { create, start, receive, send, signal, remove } = await serve(t);
  const shellId = await create();
  const commandId = await start(shellId, 'echo begin; cat; echo oops >&2; exit 9');
  t.equal(outputOf(await receive(shellId, commandId)), 'begin\n');
  t.not(typeof (await send(shellId, commandId, 'one ')), 'number');
  t.not(typeof (await send(shellId.toLowerCase(), commandId.toLowerCase(), 'two', true)), 'number', 'ids by any case');
  let out = '';
  let answer = await receive(shellId, commandId);
  for (; typeof answer !== 'number' && answer.exitCode === undefined; answer = await receive(shellId, commandId)) out += outputOf(answer);
  out += outputOf(answer);
  t.equal(out, 'one two');
  t.match(answer, { exitCode: 9 });
  t.equal(await receive(shellId, commandId), faultCodes.shellNotFound, 'done once');
  t.equal(await send(shellId, commandId, 'late'), faultCodes.pipeEnded);
  t.not(typeof (await signal(shellId, commandId, 'terminate')), 'number');
  t.equal(await signal(shellId, commandId, 'terminate'), faultCodes.shellNotFound, 'its place is free');
  t.not(typeof (await remove(shellId)), 'number');
  t.equal(await remove(shellId), faultCodes.shellNotFound);
});

t.test('Receive blocks until there is something, or the operation time-out', async (t) => {
  const { create, start, receive, send } = await serve(t);
  const shellId = await create();
  const commandId = await start(shellId, 'read line; echo got $line; cat');
  const startedAt = performance.now();
  t.equal(await receive(shellId, commandId, { operationTimeoutMs: 300 }), faultCodes.timedOut);
  t.ok(performance.now() - startedAt >= 290, 'not before its time');
  const blocked = receive(shellId, commandId);
  await send(shellId, commandId, 'it\n');
  t.equal(outputOf(await blocked), 'got it\n');
  const older = receive(shellId, commandId);
  const newer = receive(shellId, commandId, { operationTimeoutMs: 300 });
  t.same(await Promise.all([older, newer]), [faultCodes.timedOut, faultCodes.timedOut], 'a newer Receive takes the place of an older one');
});

t.test('a Receive that is repeated gets the same bytes again', async (t) => {
  const { create, start, receive } = await serve(t);
  const shellId = await create();
  const commandId = await start(shellId, 'echo once; sleep 30');
  t.equal(outputOf(await receive(shellId, commandId, { messageId: 'uuid:same' })), 'once\n');
  t.equal(outputOf(await receive(shellId, commandId, { messageId: 'uuid:same' })), 'once\n');
  t.equal(await receive(shellId, commandId, { operationTimeoutMs: 100 }), faultCodes.timedOut, 'another message asks for more');
});

t.test('quotas are refused as Windows refuses them', async (t) => {
  const quotas = { maxShellsPerUser: 2, maxProcessesPerShell: 1 };
  const { create, refusedCreate, start, refusedStart, signal, remove } = await serve(t, { quotas });
  const [first] = [await create(), await create()];
  t.equal(await refusedCreate(), faultCodes.shellsPerUser);
  t.type(await create('other'), 'string', 'each user has an own quota');
  const commandId = await start(first, 'cat');
  t.equal(await refusedStart(first, 'cat'), faultCodes.processesPerShell);
  t.equal(await refusedStart(first, 'x'.repeat(8192)), faultCodes.commandTooLong);
  await signal(first, commandId, 'terminate');
  await remove(first);
  t.type(await create(), 'string', 'a closed shell makes room');
});

t.test('shells belong to whoever opened them', async (t) => {
  const { create, remove } = await serve(t);
  const shellId = await create('vagrant');
  t.equal(await remove(shellId, 'other'), faultCodes.accessDenied);
  t.not(typeof (await remove(shellId, 'vagrant')), 'number');
});

t.test('a shell nobody uses is closed', async (t) => {
  const { create, remove } = await serve(t, { quotas: { shellIdleTimeoutMs: 50 } });
  const shellId = await create();
  await new Promise((resolve) => setTimeout(resolve, 200));
  t.equal(await remove(shellId), faultCodes.shellNotFound);
});

t.test('a program that cannot be started is told with its Win32 error', async (t) => {
  const { create, refusedStart } = await serve(t, {
    processes: scripted(() => Promise.reject(new StartFailure(2, 'The system cannot find the file specified. '))),
  });
  t.equal(await refusedStart(await create(), 'nothing.exe'), faultCodes.fileNotFound);
});

t.test('endless output is held back at the process, not in memory', async (t) => {
  let pulled = 0;
  const processes = scripted(async () => ({
    output: (async function* endless() {
      for (;;) {
        pulled++;
        yield { stream: 'stdout' as const, bytes: new Uint8Array(100_000) };
      }
    })(),
    exited: never,
    write: async () => {},
    end: async () => {},
    kill: () => {},
  }));
  const { create, start, receive } = await serve(t, { processes });
  const shellId = await create();
  const commandId = await start(shellId, 'endless');
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal(pulled, 0, 'nothing is read before it is asked for');
  const answer = await receive(shellId, commandId);
  const sizeBytes = outputOf(answer).length;
  t.ok(sizeBytes > 300_000 && sizeBytes < 384_000, `${sizeBytes} bytes fill one envelope`);
  t.ok(pulled <= 5, `${pulled} pieces were read`);
  t.ok(outputOf(await receive(shellId, commandId, { maxEnvelopeBytes: 10_000 })).length < 7500, 'a client may ask for less');
});

t.test('a process that does not read is told to the sender, and took nothing', async (t) => {
  const taken: number[] = [];
  const processes = scripted(async () => ({
    output: (async function* none() {
      await never;
      yield* [];
    })(),
    exited: never,
    write: (bytes) => {
      taken.push(bytes.length);
      return never;
    },
    end: async () => {},
    kill: () => {},
  }));
  const { create, start, ask, context } = await serve(t, { processes });
  const shellId = await create();
  const commandId = await start(shellId, 'deaf');
  const send = () =>
    ask(sendRequest(context({ operationTimeoutMs: 100 }), shellId, { commandId, bytes: randomBytes(350_000), end: false }));
  const answers = [];
  for (let count = 0; count < 6; count++) answers.push(await send());
  t.equal(answers.at(0) === faultCodes.timedOut, false, 'some is taken ahead');
  t.equal(answers.at(-1), faultCodes.timedOut, 'but not without end');
  t.equal(taken.length, 1);
});

t.test('closing ends commands, connections and waiting', async (t) => {
  const processes = hostProcesses();
  const { service, create, start, receive } = await serve(t, { processes });
  const shellId = await create();
  const commandId = await start(shellId, 'cat');
  const blocked = receive(shellId, commandId).catch((error: unknown) => error);
  t.equal(processes.running(), 1);
  await service.close();
  await service.close();
  t.type(await blocked, Error);
  for (let waited = 0; processes.running() > 0 && waited < 100; waited++) await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(processes.running(), 0);
  await t.rejects(create(), { code: 'ECONNREFUSED' });
});

t.test('pipelined and broken HTTP does no harm', async (t) => {
  const { service, create } = await serve(t);
  const raw = (text: string) =>
    new Promise<string>((resolve) => {
      let got = '';
      const socket = net.connect(service.port, '127.0.0.1', () => socket.write(text));
      socket.setEncoding('latin1');
      socket.on('data', (data) => void (got += String(data)));
      socket.on('error', () => {});
      socket.on('close', () => resolve(got));
    });
  const head = `POST /wsman HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic('vagrant')}\r\nContent-Length: 0\r\n\r\n`;
  t.equal((await raw(head + head)).split('HTTP/1.1').length <= 2, true, 'a second message while the first is read closes the connection');
  t.match(await raw('nonsense\r\n\r\n'), '400');
  t.type(await create(), 'string', 'others are served on');
});
