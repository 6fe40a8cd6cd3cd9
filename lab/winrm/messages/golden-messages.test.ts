import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { buildFault } from '../faults/fault.ts';
import { windowsFaults } from '../faults/windows-faults.ts';
import { configInForce } from '../endpoint/config-in-force.ts';
import { windowsQuotas } from '../endpoint/quotas.ts';
import { type XmlPart, joinParts } from '../soap/xml-parts.ts';
import { commandRequest, commandResponse } from './command.ts';
import { configRequest, configResponse } from './config.ts';
import { createRequest, createResponse } from './create.ts';
import { deleteRequest, deleteResponse } from './delete.ts';
import { identifyRequest, identifyResponse } from './identify.ts';
import { receiveRequest, receiveResponse } from './receive.ts';
import { sendRequest, sendResponse } from './send.ts';
import {
  getShellRequest,
  getShellResponse,
  listCommandsRequest,
  listCommandsResponse,
  listShellsRequest,
  listShellsResponse,
} from './shells.ts';
import { signalRequest, signalResponse } from './signal.ts';

const request = {
  to: 'http://host:5985/wsman',
  messageId: 'uuid:11111111-1111-1111-1111-111111111111',
  sessionId: 'uuid:22222222-2222-2222-2222-222222222222',
  maxEnvelopeBytes: 512_000,
  operationTimeoutMs: 20_000,
};
const response = { messageId: 'uuid:33333333-3333-3333-3333-333333333333', relatesTo: request.messageId };
const shell = {
  shellId: '44444444-4444-4444-4444-444444444444',
  name: 'lab & co',
  resourceUri: 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd',
  owner: 'vagrant',
  clientIp: '127.0.0.1',
  processId: 4711,
  environment: { LANG: 'de "<>&\'' },
  workingDirectory: 'C:\\lab',
  lifetimeMs: 3_600_000,
  idleTimeoutMs: 7_200_000,
  inputStreams: 'stdin',
  outputStreams: 'stdout stderr',
  maxIdleTimeoutMs: 2_147_483_647,
  locale: 'en-US',
  dataLocale: 'en-US',
  compressionMode: 'NoCompression',
  profileLoaded: true,
  encoding: 'UTF8',
  bufferMode: 'Block',
  state: 'Connected',
  runTimeMs: 93_784_000,
  inactivityMs: 0,
  memoryUsed: '46MB',
  childProcesses: 2,
};
const commandId = '55555555-5555-5555-5555-555555555555';
const bytes = Buffer.from([0, 1, 2, 253, 254, 255]);
const fault = (refusal: ReturnType<typeof windowsFaults.timedOut>) => buildFault(response, 'host', refusal.answer);

const built: Readonly<Record<string, readonly XmlPart[]>> = {
  Identify: identifyRequest(),
  IdentifyResponse: identifyResponse({ productVendor: 'Microsoft Corporation', productVersion: 'OS: 10.0.19045 SP: 0.0 Stack: 3.0' }),
  Create: createRequest(request, { environment: {} }),
  'Create with everything': createRequest(request, {
    shellId: shell.shellId,
    name: shell.name,
    environment: shell.environment,
    workingDirectory: shell.workingDirectory,
    lifetimeMs: shell.lifetimeMs,
    idleTimeoutMs: shell.idleTimeoutMs,
    codePage: 65001,
    noProfile: true,
  }),
  CreateResponse: createResponse(response, request.to, shell),
  Command: commandRequest(request, shell.shellId, { line: 'dir', commandId, skipCmdShell: false, consoleModeStdin: false }),
  'Command with arguments': commandRequest(request, shell.shellId, {
    line: 'C:\\a b.exe',
    arguments: ['/c', '"x" & <y>'],
    skipCmdShell: true,
    consoleModeStdin: true,
  }),
  CommandResponse: commandResponse(response, commandId),
  Send: sendRequest(request, shell.shellId, { commandId, bytes, end: false }),
  'Send at the end': sendRequest(request, shell.shellId, { commandId, bytes: Buffer.alloc(0), end: true }),
  SendResponse: sendResponse(response),
  Receive: receiveRequest(request, shell.shellId, commandId),
  'ReceiveResponse of output': receiveResponse(response, commandId, {
    chunks: [
      { stream: 'stdout', bytes },
      { stream: 'stderr', bytes },
    ],
    exitCode: undefined,
  }),
  'ReceiveResponse at the end': receiveResponse(response, commandId, { chunks: [], exitCode: 0xc000013a }),
  Signal: signalRequest(request, shell.shellId, commandId, 'terminate'),
  SignalResponse: signalResponse(response),
  Delete: deleteRequest(request, shell.shellId),
  DeleteResponse: deleteResponse(response),
  'Get of settings': configRequest(request),
  'GetResponse of settings': configResponse(response, configInForce(windowsQuotas, { allowUnencrypted: false, basic: true })),
  'Get of a shell': getShellRequest(request, shell.shellId),
  'GetResponse of a shell': getShellResponse(response, shell),
  'Enumerate of shells': listShellsRequest(request),
  'EnumerateResponse of shells': listShellsResponse(response, [shell]),
  'Enumerate of commands': listCommandsRequest(request, shell.shellId),
  'EnumerateResponse of commands': listCommandsResponse(response, [{ commandId, line: 'dir & echo', state: 'Running' }]),
  'EnumerateResponse of nothing': listShellsResponse(response, []),
  'fault of the service': fault(windowsFaults.timedOut()),
  'fault with a detail': fault(windowsFaults.commandNotFound()),
  'fault of the command shell': fault(windowsFaults.invalidParameter()),
  'fault of the shell provider': fault(windowsFaults.shellUnknown()),
  'fault of a quota': fault(windowsFaults.tooManyShells(30)),
  'fault of a header': fault(windowsFaults.notUnderstood({ namespace: 'urn:x', name: 'Trick' })),
};

const GOLDEN = new URL('messages.golden.json', import.meta.url);

t.test('messages are the same to the byte as they have always been', async (t) => {
  const written = Object.fromEntries(Object.entries(built).map(([name, parts]) => [name, joinParts(parts).toString()]));
  // Only for changes that are meant.
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, `${JSON.stringify(written, undefined, 2)}\n`);
  const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Readonly<Record<string, string>>;
  t.same(Object.keys(golden), Object.keys(built), 'every message has its golden one');
  for (const [name, message] of Object.entries(written)) t.equal(message, golden[name], name);
});
