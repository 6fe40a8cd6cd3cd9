import net from 'node:net';
import { Secret } from '../../core/secret.ts';
import { startEndpoint } from '../endpoint/endpoint.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { mutateHttp, plainHttp } from './http-corpus.ts';
import { judgeAnswer } from './judge-answer.ts';
import { memoryProcesses } from './memory-processes.ts';
import { mutateBytes } from './mutate-bytes.ts';
import type { Random } from './random.ts';
import { exchangeRaw, readResponses } from './raw-http.ts';
import { healthyRequest, makeRequest, withShellId } from './request-corpus.ts';
import { commandId } from './well-known-ids.ts';

const LIMIT_MS = 8000;
const BASIC = `Basic ${Buffer.from('user:secret').toString('base64')}`;
// Begins of tokens: bare NTLM, SPNEGO, Kerberos.
const TOKENS = [
  'TlRMTVNTUAABAAAAt4II4gAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw==',
  'YEgGBisGAQUFAqA+MDygDjAMBgorBgEEAYI3AgIK',
  'YIIGfgYGKwYBBQUC',
  'oYIBBzCC',
];
const LINE = 'POST /wsman HTTP/1.1';

const headers = (authorization: string): Readonly<Record<string, string>> => ({
  Host: '127.0.0.1',
  Authorization: authorization,
  'Content-Type': 'application/soap+xml;charset=UTF-8',
});

function someAuthorization(random: Random): string {
  const token = random.pick(TOKENS);
  return random.pick([
    BASIC,
    'Basic',
    'Basic ====',
    `Basic ${Buffer.from('user:wrong').toString('base64')}`,
    `Basic ${'A'.repeat(random.size(60_000))}`,
    `Negotiate ${mutateBytes(random, Buffer.from(token, 'base64')).toString('base64')}`,
    `NTLM ${token}`,
    `Negotiate ${token}, Basic x`,
    'Digest username="user"',
    'Negotiate',
  ]);
}

/** What the endpoint must answer, whatever the message says: HTTP around it is in order. */
const ORDERLY = 'orderly HTTP';

/** The whole endpoint as a network sees it: bytes over real connections, one for each case, while other connections are left half-way. */
export async function socketTarget(): Promise<FuzzTarget> {
  const processes = memoryProcesses();
  const service = await startEndpoint({
    host: '127.0.0.1',
    port: 0,
    users: [{ name: 'user', password: new Secret('secret') }],
    processes,
    identity: { osVersion: '10.0.19045', computerName: 'GUEST' },
    allowUnencrypted: true,
    quotas: { maxShellsPerUser: 40, maxProcessesPerShell: 5, maxOperationTimeoutMs: 60, shellIdleTimeoutMs: 400 },
  });
  // They send nothing more, and never leave.
  const halfWay = Array.from({ length: 20 }, (_, at) => {
    const socket = net.connect(service.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(plainHttp(LINE, headers(BASIC), healthyRequest('Create')).subarray(0, 10 + at * 40));
    return socket;
  });
  const healthy = new WeakSet<Buffer>();
  let mutated = 0;
  const ask = async (body: Buffer): Promise<string> => {
    const { answer } = await exchangeRaw(service.port, [plainHttp(LINE, headers(BASIC), body)], LIMIT_MS);
    const [response] = readResponses(answer) ?? [];
    return response?.status === 200 ? response.body.toString() : '';
  };
  return {
    name: 'sockets',
    atOnce: 48,
    make: (random) => {
      const { about, bytes, mutated: changed } = makeRequest(random);
      switch (random.below(5)) {
        case 0: {
          const message = plainHttp(LINE, headers(BASIC), bytes);
          if (!changed) healthy.add(message);
          return { about: `${ORDERLY}: ${about}`, messages: [message] };
        }
        case 1:
          return {
            about: `${ORDERLY}: log-in`,
            messages: [plainHttp(LINE, headers(someAuthorization(random)), random.oneIn(2) ? bytes : Buffer.alloc(0))],
          };
        case 2: {
          const several = Array.from({ length: random.size(4) }, () => mutateHttp(random, LINE, headers(BASIC), makeRequest(random).bytes));
          return { about: 'several at once', messages: several };
        }
        default:
          return { about, messages: [mutateHttp(random, LINE, headers(BASIC), bytes)] };
      }
    },
    send: async ({ about, messages }) => {
      // Some in pieces, as a slow network brings them.
      const pieces = messages.flatMap((message) =>
        message.length % 3 === 0 ? [message.subarray(0, message.length / 3), message.subarray(message.length / 3)] : [message],
      );
      mutated += messages.filter((message) => !healthy.has(message)).length;
      const { answer, closed } = await exchangeRaw(service.port, pieces, LIMIT_MS);
      if (!closed) return 'the connection is neither answered nor closed';
      const responses = readResponses(answer);
      if (responses === undefined) return messages.length > 1 ? undefined : `half an answer: ${answer.toString('latin1', 0, 200)}`;
      if (responses.length === 0 && about.startsWith(ORDERLY)) return 'an orderly request was dropped without an answer';
      return responses.map(({ status, body }) => judgeAnswer(status, body)).find((wrong) => wrong !== undefined);
    },
    mutated: () => mutated,
    checkHealth: async () => {
      // ShellId>5E11…<
      const shellId = /ShellId>([0-9A-F-]{36})</.exec(await ask(healthyRequest('Create', { shell: '' })))?.[1];
      if (shellId === undefined) return 'no shell could be opened';
      await ask(withShellId(healthyRequest('Command', { line: 'cat', id: commandId }), shellId));
      await ask(withShellId(healthyRequest('Send', { end: 'true' }), shellId));
      const output = await ask(withShellId(healthyRequest('Receive'), shellId));
      const ended = await ask(withShellId(healthyRequest('Delete'), shellId));
      if (!output.includes('aGVsbG8NCg==')) return 'a healthy command gave no output';
      return ended.includes('DeleteResponse') ? undefined : 'a healthy shell could not be closed';
    },
    [Symbol.asyncDispose]: () => {
      for (const socket of halfWay) socket.destroy();
      return service.close();
    },
  };
}
