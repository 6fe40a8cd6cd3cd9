import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { LabError } from '../../core/error.ts';
import { Secret } from '../../core/secret.ts';
import { callFor } from '../../testing/calls.ts';
import { hostProcesses } from '../../testing/winrm/host-processes.ts';
import { Dispatcher } from '../endpoint/dispatcher.ts';
import { startEndpoint } from '../endpoint/endpoint.ts';
import { windowsQuotas } from '../endpoint/quotas.ts';
import { ShellTable } from '../endpoint/shell-table.ts';
import { buildFault } from '../faults/fault.ts';
import { windowsFaults } from '../faults/windows-faults.ts';
import { parseSendRequest } from '../messages/send.ts';
import { parseRequest } from '../messages/request.ts';
import { joinParts } from '../soap/xml-parts.ts';
import { EnvelopeLimit } from './envelope-limit.ts';
import { runCommand } from './run-command.ts';
import { type WinrmClient, openWinrmClient } from './winrm-client.ts';

const password = new Secret('secret-word');
const call = () => callFor(30_000);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Sends bytes through a program in the guest; resolves with the digest of what arrived. */
async function through(client: WinrmClient, stdin: Uint8Array | AsyncIterable<Uint8Array>): Promise<string> {
  const shell = await client.openShell({}, call());
  const result = await runCommand(shell, { line: 'sha256sum', skipCmdShell: false, maxOutputBytes: 1000, stdin }, call());
  await shell.close(call());
  return Buffer.from(result.stdout).toString().slice(0, 64);
}

/** A host that takes messages up to a size and says 413 beyond, and lets nobody read its settings. */
async function secretive(t: Test, mostBytes: number) {
  const shells = new ShellTable(hostProcesses(), windowsQuotas);
  const dispatcher = new Dispatcher(shells, { ...windowsQuotas, maxEnvelopeBytes: 10_000_000 }, '6.1.7601');
  const taken: number[] = [];
  const seen = { refused: 0, settings: 0 };
  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const document = Buffer.concat(chunks);
    if (document.length > mostBytes) {
      seen.refused++;
      response.writeHead(413, { connection: 'close' }).end();
      return;
    }
    const incoming = parseRequest(document, 10_000_000);
    const asked = incoming.kind === 'request' ? incoming.request : undefined;
    if (asked?.action.endsWith('/Send')) taken.push(parseSendRequest(asked).bytes.byteLength);
    const settings = asked?.resourceUri.endsWith('/config') === true;
    if (settings) seen.settings++;
    const denied = asked && buildFault({ messageId: 'uuid:0', relatesTo: asked.messageId }, 'host', windowsFaults.accessDenied().answer);
    const { status, parts } =
      settings && denied
        ? { status: 500, parts: denied }
        : await dispatcher.answer(document, { user: 'user', clientIp: '', gone: new AbortController().signal });
    response.writeHead(status, { 'content-type': 'application/soap+xml;charset=UTF-8' }).end(joinParts(parts));
  };
  const server = http.createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    shells.closeAll();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wsman`;
  return { seen, taken, open: () => openWinrmClient({ url, user: 'user', password, authentication: 'basic' }, call()) };
}

t.test('the settings are read, and messages made to fit them', async (t) => {
  for (const [maxEnvelopeBytes, authentication] of [
    [153_600, 'ntlm'],
    [4_194_304, 'basic'],
  ] as const) {
    const service = await startEndpoint({
      host: '127.0.0.1',
      port: 0,
      users: [{ name: 'user', password }],
      processes: hostProcesses(),
      identity: { osVersion: '10.0.19045', computerName: 'G' },
      allowUnencrypted: authentication === 'basic',
      quotas: { maxEnvelopeBytes },
    });
    t.teardown(() => service.close());
    await using client = await openWinrmClient({ url: service.url, user: 'user', password, authentication }, call());
    const config = await client.config(call());
    t.equal(config.maxEnvelopeSizeKb, maxEnvelopeBytes / 1024);
    const bytes = randomBytes(1_500_000);
    t.equal(await through(client, bytes), sha256(bytes), `${maxEnvelopeBytes} bytes`);
  }
});

t.test('who may not read the settings finds out by being refused', async (t) => {
  const { open, seen, taken } = await secretive(t, 153_600);
  await using client = await open();
  const error: unknown = await client.config(call()).catch((thrown: unknown) => thrown);
  t.match(error, { code: 'winrm.fault', message: /5 \(0x00000005, ERROR_ACCESS_DENIED\)/, hint: /LocalAccountTokenFilterPolicy/ });
  const bytes = randomBytes(1_000_000);
  t.equal(await through(client, bytes), sha256(bytes), 'every byte arrives, once and in order');
  t.equal(seen.settings, 2, 'asked once more before the first large message, and never again');
  const refusedAtFirst = seen.refused;
  t.ok(refusedAtFirst >= 2 && refusedAtFirst <= 4, `${refusedAtFirst} messages were refused`);
  t.equal(
    taken.reduce((sum, size) => sum + size, 0),
    bytes.length,
  );
  taken.length = 0;
  t.equal(await through(client, bytes), sha256(bytes));
  t.equal(seen.refused, refusedAtFirst, 'what was learnt is kept');
  t.ok(taken.every((size) => size <= 93_750));
});

t.test('small input asks for nothing', async (t) => {
  const { open, seen } = await secretive(t, 512_000);
  await using client = await open();
  const bytes = randomBytes(90_000);
  t.equal(await through(client, bytes), sha256(bytes));
  t.match(seen, { settings: 0, refused: 0 });
});

t.test('sealed messages are sealed anew when one before them was refused', async (t) => {
  const service = await startEndpoint({
    host: '127.0.0.1',
    port: 0,
    users: [{ name: 'user', password }],
    processes: hostProcesses(),
    identity: { osVersion: '10.0.19045', computerName: 'G' },
    quotas: { maxEnvelopeBytes: 65_536 },
  });
  t.teardown(() => service.close());
  await using client = await openWinrmClient({ url: service.url, user: 'user', password, authentication: 'ntlm' }, call());
  const chunks = Array.from({ length: 8 }, () => randomBytes(95_000));
  const source = (async function* pieces() {
    yield* chunks;
  })();
  t.equal(await through(client, source), sha256(Buffer.concat(chunks)));
});

t.test('a host that refuses everything is not asked for ever', async (t) => {
  const { open, seen } = await secretive(t, 4000);
  await using client = await open();
  const error: unknown = await through(client, randomBytes(50_000)).catch((thrown: unknown) => thrown);
  if (!(error instanceof LabError)) throw error;
  t.match(error, { code: 'winrm.envelope-too-large', message: /Send/, hint: /MaxEnvelopeSizekb/ });
  t.ok(seen.refused < 10, `${seen.refused} tries`);
});

t.test('the limit', async (t) => {
  const limit = new EnvelopeLimit();
  t.match(limit, { bytes: 512_000, sendBytes: 375_000 });
  limit.learn({});
  t.equal(limit.bytes, 512_000, 'who says nothing changes nothing');
  limit.learn({ maxEnvelopeSizeKb: 150 });
  t.match(limit, { bytes: 153_600, sendBytes: 106_200 });
  t.equal(limit.refused(106_200), true);
  t.equal(limit.sendBytes, 53_100);
  t.equal(limit.refused(106_200), true);
  t.equal(limit.sendBytes, 53_100, 'a refusal of the same size says nothing new');
  limit.learn({ maxEnvelopeSizeKb: 1_000_000 });
  t.equal(limit.bytes, 1_000_000, 'bounded, whatever a host says');
  limit.learn({ maxEnvelopeSizeKb: 0 });
  t.equal(limit.bytes, 8192);
  t.equal(limit.refused(3072), false, 'so little is not refused for its size');
});
