import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import t from 'tap';
import { parseEnvelope } from '../soap/envelope.ts';
import type { XmlElement } from '../soap/xml-element.ts';
import { type XmlPart, joinParts } from '../soap/xml-parts.ts';
import { commandRequest, commandResponse, parseCommandRequest, parseCommandResponse } from './command.ts';
import { type Setting, configSchema } from './config-schema.ts';
import { configResponse, parseConfigResponse } from './config.ts';
import { createRequest, createResponse, parseCreateRequest, parseCreateResponse } from './create.ts';
import { deleteRequest } from './delete.ts';
import { readDuration, writeElapsed, writeLimit } from './duration.ts';
import { identifyResponse, parseIdentifyResponse } from './identify.ts';
import { parseReceiveRequest, parseReceiveResponse, receiveRequest, receiveResponse } from './receive.ts';
import { type Request, type RequestContext, parseRequest } from './request.ts';
import { parseSendRequest, sendRequest } from './send.ts';
import {
  getShellResponse,
  listCommandsRequest,
  listCommandsResponse,
  listShellsResponse,
  parseGetShellResponse,
  parseListCommandsRequest,
  parseListCommandsResponse,
  parseListShellsResponse,
} from './shells.ts';
import { parseSignalRequest, signalRequest, signals } from './signal.ts';

const LIMIT = 1_000_000;
const context: RequestContext = {
  to: 'http://host/wsman',
  messageId: 'uuid:1',
  sessionId: 'uuid:2',
  maxEnvelopeBytes: 512_000,
  operationTimeoutMs: 20_000,
};
const response = { messageId: 'uuid:3', relatesTo: 'uuid:1' };

const asked = (parts: readonly XmlPart[]): Request => {
  const incoming = parseRequest(joinParts(parts), LIMIT);
  if (incoming.kind !== 'request') throw new Error('expected a request');
  return incoming.request;
};
const answered = (parts: readonly XmlPart[]): XmlElement => parseEnvelope(joinParts(parts), LIMIT).body;

/** Any text that XML can carry. */
const text = fc
  .string({ unit: 'binary', maxLength: 60 })
  .filter((one) => /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(one));
/** Text of which nothing is lost when it is trimmed, and which is not empty. */
const word = text.map((one) => one.trim()).filter((one) => one !== '');
const id = fc.uuid().map((one) => one.toUpperCase());
const count = fc.nat(4_294_967_295);
/** Windows writes limits to the millisecond and ages to the second. */
const limitMs = fc.nat(2_147_483_647);
const elapsedMs = fc.nat(1_000_000).map((seconds) => seconds * 1000);
const environment = fc.dictionary(word, text, { maxKeys: 4, noNullPrototype: true });

t.test('requests', async (t) => {
  const same = (name: string, property: fc.IProperty<unknown[]>): void => {
    fc.assert(property as fc.IProperty<[unknown]>);
    t.pass(name);
  };
  const create = fc.record(
    {
      shellId: id,
      name: word,
      environment,
      workingDirectory: word,
      lifetimeMs: limitMs,
      idleTimeoutMs: limitMs,
      codePage: fc.nat(65_535),
      noProfile: fc.boolean(),
    },
    { requiredKeys: ['environment'], noNullPrototype: true },
  );
  same(
    'Create',
    fc.property(create, (wanted) => isDeepStrictEqual(parseCreateRequest(asked(createRequest(context, wanted))), wanted)),
  );
  const command = fc.record(
    {
      line: text,
      arguments: fc.array(text, { minLength: 1, maxLength: 4 }),
      commandId: id,
      skipCmdShell: fc.boolean(),
      consoleModeStdin: fc.boolean(),
    },
    { requiredKeys: ['line', 'skipCmdShell', 'consoleModeStdin'], noNullPrototype: true },
  );
  same(
    'Command',
    fc.property(command, (wanted) => isDeepStrictEqual(parseCommandRequest(asked(commandRequest(context, 'S', wanted))), wanted)),
  );
  same(
    'Send',
    fc.property(id, fc.uint8Array({ maxLength: 6000 }), fc.boolean(), (commandId, bytes, end) => {
      const read = parseSendRequest(asked(sendRequest(context, 'S', { commandId, bytes, end })));
      return read.commandId === commandId && read.end === end && Buffer.from(bytes).equals(read.bytes);
    }),
  );
  same(
    'Receive',
    fc.property(id, (commandId) => parseReceiveRequest(asked(receiveRequest(context, 'S', commandId))) === commandId),
  );
  same(
    'Signal',
    fc.property(id, fc.constantFrom(...signals), (commandId, signal) => {
      const read = parseSignalRequest(asked(signalRequest(context, 'S', commandId, signal)));
      return read.commandId === commandId && read.signal === signal;
    }),
  );
  same(
    'Enumerate',
    fc.property(word, (shellId) => parseListCommandsRequest(asked(listCommandsRequest(context, shellId))) === shellId),
  );
  same(
    'headers',
    fc.property(
      word,
      word,
      fc.nat(1_000_000).map((ms) => ms + 1),
      count,
      (to, shellId, operationTimeoutMs, size) => {
        const maxEnvelopeBytes = size + 1;
        const read = asked(deleteRequest({ ...context, to, operationTimeoutMs, maxEnvelopeBytes }, shellId));
        return (
          read.to === to &&
          read.shellId === shellId &&
          read.operationTimeoutMs === operationTimeoutMs &&
          read.maxEnvelopeBytes === maxEnvelopeBytes &&
          read.invalidTimeout === undefined &&
          read.notUnderstood === undefined &&
          read.locale === 'en-US'
        );
      },
    ),
  );
});

const description = fc.record(
  {
    shellId: id,
    name: word,
    resourceUri: word,
    owner: word,
    clientIp: word,
    processId: count,
    environment: environment.filter((variables) => Object.keys(variables).length > 0),
    workingDirectory: word,
    lifetimeMs: limitMs,
    idleTimeoutMs: limitMs,
    inputStreams: word,
    outputStreams: word,
    maxIdleTimeoutMs: limitMs,
    locale: word,
    dataLocale: word,
    compressionMode: word,
    profileLoaded: fc.boolean(),
    encoding: word,
    bufferMode: word,
    state: word,
    runTimeMs: elapsedMs,
    inactivityMs: elapsedMs,
    memoryUsed: word,
    childProcesses: count,
  },
  { requiredKeys: ['shellId'], noNullPrototype: true },
);

t.test('answers', async (t) => {
  const holds = (name: string, run: () => void): void => {
    run();
    t.pass(name);
  };
  holds('CreateResponse and GetResponse of a shell', () =>
    fc.assert(
      fc.property(
        description,
        (shell) =>
          isDeepStrictEqual(parseCreateResponse(answered(createResponse(response, 'http://host/wsman', shell))), shell) &&
          isDeepStrictEqual(parseGetShellResponse(answered(getShellResponse(response, shell))), shell),
      ),
    ),
  );
  holds('EnumerateResponse of shells', () =>
    fc.assert(
      fc.property(fc.array(description, { maxLength: 3 }), (shells) =>
        isDeepStrictEqual(parseListShellsResponse(answered(listShellsResponse(response, shells))), shells),
      ),
    ),
  );
  holds('EnumerateResponse of commands', () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ commandId: id, line: text, state: word }, { noNullPrototype: true }), { maxLength: 3 }),
        (commands) => isDeepStrictEqual(parseListCommandsResponse(answered(listCommandsResponse(response, commands))), commands),
      ),
    ),
  );
  holds('CommandResponse', () =>
    fc.assert(fc.property(word, (commandId) => parseCommandResponse(answered(commandResponse(response, commandId))) === commandId)),
  );
  holds('IdentifyResponse', () =>
    fc.assert(
      fc.property(fc.record({ productVendor: word, productVersion: word }, { noNullPrototype: true }), (identity) =>
        isDeepStrictEqual(parseIdentifyResponse(answered(identifyResponse(identity))), identity),
      ),
    ),
  );
  const chunk = fc.record(
    { stream: fc.constantFrom('stdout' as const, 'stderr' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 6000 }) },
    { noNullPrototype: true },
  );
  holds('ReceiveResponse', () =>
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 5 }), fc.option(count, { nil: undefined }), (chunks, exitCode) => {
        const read = parseReceiveResponse(answered(receiveResponse(response, 'C', { chunks, exitCode })), 'C');
        return (
          read.exitCode === exitCode &&
          read.chunks.length === chunks.length &&
          read.chunks.every(({ stream, bytes }, at) => stream === chunks[at]?.stream && Buffer.from(bytes).equals(chunks[at].bytes))
        );
      }),
    ),
  );
  holds('GetResponse of settings', () =>
    fc.assert(
      fc.property(settingsOf(configSchema), (config) =>
        isDeepStrictEqual(parseConfigResponse(answered(configResponse(response, config))), config),
      ),
    ),
  );
});

/** Any settings that the schema allows. */
function settingsOf(settings: readonly Setting[]): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const valueOf = (setting: Setting): fc.Arbitrary<unknown> => {
    switch (setting.kind) {
      case 'text':
        return text.map((one) => one.trim());
      case 'number':
        return count;
      case 'flag':
        return fc.boolean();
      case 'group':
        return settingsOf(setting.settings);
      case 'groups':
        return fc.array(settingsOf(setting.settings), { minLength: 1, maxLength: 3 });
    }
  };
  const model = Object.fromEntries(settings.map((setting) => [setting.key, valueOf(setting)]));
  return fc.record(model, { requiredKeys: [], noNullPrototype: true });
}

t.test('durations as Windows writes them', async (t) => {
  fc.assert(fc.property(limitMs, (ms) => readDuration(writeLimit(ms)) === ms));
  fc.assert(fc.property(elapsedMs, (ms) => readDuration(writeElapsed(ms)) === ms));
  t.equal(writeLimit(7_200_000), 'PT7200.000S');
  t.equal(writeElapsed(93_784_999), 'P1DT2H3M4S');
});
