import * as fc from 'fast-check';
import t from 'tap';
import { ProtocolViolation } from '../protocol-violation.ts';
import { parseEnvelope } from '../soap/envelope.ts';
import { namespaces } from '../soap/namespaces.ts';
import { type XmlPart, joinParts } from '../soap/xml-parts.ts';
import { actionNamed, actions, responseAction } from './actions.ts';
import { commandRequest, commandResponse, parseCommandRequest, parseCommandResponse, wholeLine } from './command.ts';
import { createRequest, createResponse, parseCreateRequest, parseCreateResponse } from './create.ts';
import { deleteRequest, deleteResponse } from './delete.ts';
import { readDuration, writeDuration } from './duration.ts';
import { identifyRequest, identifyResponse, parseIdentifyResponse } from './identify.ts';
import { parseReceiveRequest, parseReceiveResponse, receiveRequest, receiveResponse } from './receive.ts';
import { type Request, parseRequest } from './request.ts';
import { mostSendBytes, parseSendRequest, sendRequest, sendResponse } from './send.ts';
import { parseSignalRequest, signalRequest, signalResponse, signals } from './signal.ts';

const LIMIT = 512_000;
const context = {
  to: 'http://host:5985/wsman',
  messageId: 'uuid:M-1',
  sessionId: 'uuid:S-1',
  maxEnvelopeBytes: LIMIT,
  operationTimeoutMs: 20_000,
};
const response = { messageId: 'uuid:R-1', relatesTo: 'uuid:M-1' };

const asked = (parts: readonly XmlPart[] | string): Request => {
  const incoming = parseRequest(typeof parts === 'string' ? Buffer.from(parts) : joinParts(parts), LIMIT);
  if (incoming.kind !== 'request') throw new Error('expected a request');
  return incoming.request;
};
const answered = (parts: readonly XmlPart[]) => parseEnvelope(joinParts(parts), LIMIT);

t.test('headers arrive as they were meant', async (t) => {
  const request = asked(commandRequest(context, 'SHELL', { line: 'dir', skipCmdShell: true, consoleModeStdin: false }));
  t.match(request, {
    action: actions.Command,
    messageId: 'uuid:M-1',
    to: 'http://host:5985/wsman',
    resourceUri: 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd',
    operationTimeoutMs: 20_000,
    maxEnvelopeBytes: LIMIT,
    shellId: 'SHELL',
  });
  t.equal(request.options.get('WINRS_SKIP_CMD_SHELL'), 'TRUE');
  const { header } = answered(deleteResponse(response));
  t.equal(header?.textOf(namespaces.a, 'RelatesTo'), 'uuid:M-1');
  t.equal(header?.textOf(namespaces.a, 'Action'), responseAction('Delete'));
  for (const name of ['Create', 'Delete', 'Command', 'Send', 'Receive', 'Signal'] as const) t.equal(actionNamed(actions[name]), name);
  t.equal(actionNamed('http://example.org/Create'), undefined);
});

t.test('Identify', async (t) => {
  t.same(parseRequest(joinParts(identifyRequest()), LIMIT), { kind: 'identify' });
  const identity = { productVendor: 'Microsoft Corporation', productVersion: 'OS: 10.0.19045 SP: 0.0 Stack: 3.0' };
  t.same(parseIdentifyResponse(answered(identifyResponse(identity)).body), identity);
});

t.test('Create', async (t) => {
  const wanted = {
    workingDirectory: 'C:\\a & b',
    environment: { A: 'ü<>"', '_-(){}[]<>*+-/\\?"!@#$^&|;:i,.`~0': ' x ' },
    codePage: 65001,
    noProfile: true,
  };
  t.same(parseCreateRequest(asked(createRequest(context, wanted))), wanted);
  const plain = { environment: {}, codePage: 65001, noProfile: false };
  t.same(parseCreateRequest(asked(createRequest(context, plain))), plain);
  const created = createResponse(response, 'http://host/wsman', { shellId: 'ABC', owner: 'vagrant', idleTimeoutMs: 7_200_000 });
  t.same(parseCreateResponse(answered(created).body), { shellId: 'ABC', owner: 'vagrant', idleTimeoutMs: 7_200_000 });
  t.match(joinParts(created).toString(), '<rsp:IdleTimeOut>PT7200.000S</rsp:IdleTimeOut>');
  const old = joinParts(created)
    .toString()
    .replace(/<rsp:Shell .*<\/rsp:Shell>/, '');
  t.same(parseCreateResponse(parseEnvelope(Buffer.from(old), LIMIT).body), { shellId: 'ABC' }, 'without rsp:Shell, as 2008 R2 answers');
});

t.test('Command', async (t) => {
  const wanted = { line: ' echo "a & b" <c> > d ', commandId: 'ID-1', skipCmdShell: false, consoleModeStdin: false };
  t.same(parseCommandRequest(asked(commandRequest(context, 'S', wanted))), wanted);
  t.equal(parseCommandResponse(answered(commandResponse(response, 'ID-1')).body), 'ID-1');
  t.throws(() => parseCommandResponse(answered(commandResponse(response, '')).body), ProtocolViolation);
});

t.test('Send', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 10_000 }), fc.boolean(), (bytes, end) => {
      const read = parseSendRequest(asked(sendRequest(context, 'S', { commandId: 'C', bytes, end })));
      return read.commandId === 'C' && read.end === end && Buffer.from(bytes).equals(read.bytes);
    }),
  );
  const largest = joinParts(sendRequest(context, 'S', { commandId: 'C'.repeat(36), bytes: new Uint8Array(mostSendBytes), end: true }));
  t.ok(largest.length + 400 < LIMIT, 'the largest Send stays below the limit with its multipart wrapper');
  t.ok(answered(sendResponse(response)).body.find(namespaces.rsp, 'SendResponse'));
});

t.test('Receive', async (t) => {
  t.equal(parseReceiveRequest(asked(receiveRequest(context, 'S', 'C'))), 'C');
  const chunks = [
    { stream: 'stdout', bytes: Buffer.from('out') },
    { stream: 'stderr', bytes: Buffer.from([0, 255]) },
    { stream: 'stdout', bytes: Buffer.alloc(50_000, 1) },
  ] as const;
  t.same(parseReceiveResponse(answered(receiveResponse(response, 'C', { chunks, exitCode: undefined })).body, 'C'), {
    chunks,
    exitCode: undefined,
  });
  t.same(parseReceiveResponse(answered(receiveResponse(response, 'C', { chunks: [], exitCode: 0xc0000005 })).body, 'c'), {
    chunks: [],
    exitCode: 0xc0000005,
  });
  const withCode = (code: string) =>
    Buffer.from(
      joinParts(receiveResponse(response, 'C', { chunks: [], exitCode: 77 }))
        .toString()
        .replace('>77<', `>${code}<`),
    );
  const exitCode = (code: string) => parseReceiveResponse(parseEnvelope(withCode(code), LIMIT).body, 'C').exitCode;
  t.equal(exitCode('-1073741819'), 0xc0000005, 'a negative code is the same code');
  t.equal(exitCode('-1'), 0xffffffff);
  t.throws(() => exitCode('none'), ProtocolViolation);
  const other = answered(
    receiveResponse(response, 'other', { chunks: [{ stream: 'stdout', bytes: Buffer.from('x') }], exitCode: undefined }),
  );
  t.throws(() => parseReceiveResponse(other.body, 'C'), /another command/);
});

t.test('Signal and Delete', async (t) => {
  for (const signal of signals) t.same(parseSignalRequest(asked(signalRequest(context, 'S', 'C', signal))), { commandId: 'C', signal });
  const shouted = joinParts(signalRequest(context, 'S', 'C', 'terminate'))
    .toString()
    .replace('signal/terminate', 'signal/Terminate');
  t.equal(parseSignalRequest(asked(shouted)).signal, 'terminate');
  t.throws(() => parseSignalRequest(asked(shouted.replace('Terminate', 'explode'))), ProtocolViolation);
  t.ok(answered(signalResponse(response)).body.find(namespaces.rsp, 'SignalResponse'));
  t.match(asked(deleteRequest(context, 'S')), { action: actions.Delete, shellId: 'S' });
});

t.test('requests of other clients are understood', async (t) => {
  const foreign = `<?xml version="1.0" encoding="utf-8"?>
<env:Envelope xmlns:env="${namespaces.s}" xmlns:wsa="${namespaces.a}" xmlns:wsman="${namespaces.w}" xmlns:sh="${namespaces.rsp}">
  <env:Header>
    <wsa:To>http://windows-host:5985/wsman</wsa:To>
    <wsa:MessageID> uuid:1 </wsa:MessageID>
    <wsa:Action mustUnderstand="true">${actions.Command}</wsa:Action>
    <wsman:ResourceURI mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</wsman:ResourceURI>
    <wsman:OperationTimeout>PT1M</wsman:OperationTimeout>
    <wsman:SelectorSet><wsman:Selector Name="ShellID">abc</wsman:Selector></wsman:SelectorSet>
    <wsman:OptionSet><wsman:Option Name="WINRS_CONSOLEMODE_STDIN">False</wsman:Option><wsman:Option Name="WINRS_SKIP_CMD_SHELL">True</wsman:Option></wsman:OptionSet>
  </env:Header>
  <env:Body><sh:CommandLine><sh:Command><![CDATA["a.exe" <x>]]></sh:Command><sh:Arguments>/c</sh:Arguments><sh:Arguments>b c</sh:Arguments></sh:CommandLine></env:Body>
</env:Envelope>`;
  const request = asked(foreign);
  t.match(request, { messageId: 'uuid:1', shellId: 'abc', operationTimeoutMs: 60_000 });
  const command = parseCommandRequest(request);
  t.same(command, { line: '"a.exe" <x>', arguments: ['/c', 'b c'], skipCmdShell: true, consoleModeStdin: false });
  t.equal(wholeLine(command), '"a.exe" <x> /c b c');
  t.throws(() => asked(foreign.replace(/<wsa:MessageID>.*<\/wsa:MessageID>/, '')), ProtocolViolation);
});

t.test('durations', async (t) => {
  for (const [text, ms] of [
    ['PT20S', 20_000],
    ['PT60.000S', 60_000],
    ['PT0.5S', 500],
    ['PT1M', 60_000],
    ['P0DT8H1M15S', 28_875_000],
    ['PT2H', 7_200_000],
  ] as const) {
    t.equal(readDuration(text), ms);
  }
  for (const text of ['', 'P', 'PT', '20', 'PT20', '-PT1S', 'PT1e9S', 'P1Y']) t.equal(readDuration(text), undefined, text);
  fc.assert(fc.property(fc.nat(10_000_000), (ms) => readDuration(writeDuration(ms)) === ms));
});
