import { ProtocolViolation } from '../protocol-violation.ts';
import type { Room } from '../soap/base64.ts';
import { type Envelope, buildEnvelope, parseEnvelope } from '../soap/envelope.ts';
import { anonymousRole, cmdShellUri, namespaces } from '../soap/namespaces.ts';
import type { XmlElement } from '../soap/xml-element.ts';
import type { XmlPart } from '../soap/xml-parts.ts';
import { escapeXml } from '../soap/xml-text.ts';
import { type ActionName, actions } from './actions.ts';
import { readDuration, writeDuration } from './duration.ts';

/** What every request of a client has in common. */
export interface RequestContext {
  readonly to: string;
  /** `uuid:…`, different for each message that is not a repetition. */
  readonly messageId: string;
  /** `uuid:…`, the same for all messages of a client. */
  readonly sessionId: string;
  /** The largest answer the client takes. */
  readonly maxEnvelopeBytes: number;
  /** How long the server may take before it answers `TimedOut`. */
  readonly operationTimeoutMs: number;
}

/** An option for the operation (DSP0226, 6.4). */
export interface RequestOption {
  readonly name: string;
  readonly value: string;
  /** The service must observe it or refuse the operation; without it a service may ignore what it does not know. */
  readonly mustComply?: boolean;
}

/** What differs by message. */
export interface RequestParts {
  /** The resource acted upon; the command shell when absent. */
  readonly resourceUri?: string;
  readonly shellId?: string;
  readonly options?: readonly RequestOption[];
  readonly body: readonly XmlPart[];
}

/** Builds a request ([MS-WSMV] 3.1.4.1). */
export function buildRequest(name: ActionName, context: RequestContext, parts: RequestParts): readonly XmlPart[] {
  const options = (parts.options ?? []).map(
    ({ name: option, value, mustComply }) =>
      `<w:Option Name="${escapeXml(option)}"${mustComply === true ? ' MustComply="true"' : ''}>${escapeXml(value)}</w:Option>`,
  );
  const header = [
    `<a:To>${escapeXml(context.to)}</a:To>`,
    `<a:ReplyTo><a:Address s:mustUnderstand="true">${anonymousRole}</a:Address></a:ReplyTo>`,
    `<a:Action s:mustUnderstand="true">${actions[name]}</a:Action>`,
    `<a:MessageID>${context.messageId}</a:MessageID>`,
    `<w:ResourceURI s:mustUnderstand="true">${parts.resourceUri ?? cmdShellUri}</w:ResourceURI>`,
    `<w:MaxEnvelopeSize s:mustUnderstand="true">${context.maxEnvelopeBytes}</w:MaxEnvelopeSize>`,
    `<w:OperationTimeout>${writeDuration(context.operationTimeoutMs)}</w:OperationTimeout>`,
    '<w:Locale xml:lang="en-US" s:mustUnderstand="false"/><p:DataLocale xml:lang="en-US" s:mustUnderstand="false"/>',
    `<p:SessionId s:mustUnderstand="false">${context.sessionId}</p:SessionId>`,
    ...(parts.shellId === undefined
      ? []
      : [`<w:SelectorSet><w:Selector Name="ShellId">${escapeXml(parts.shellId)}</w:Selector></w:SelectorSet>`]),
    ...(options.length === 0 ? [] : [`<w:OptionSet s:mustUnderstand="true">${options.join('')}</w:OptionSet>`]),
  ];
  return buildEnvelope(['s', 'a', 'w', 'p', 'rsp'], header.join(''), parts.body, '');
}

/** A request as the server reads it. */
export interface Request {
  readonly action: string;
  readonly messageId: string;
  readonly to: string;
  readonly resourceUri: string;
  readonly operationTimeoutMs: number | undefined;
  /** What stood in OperationTimeout when that is no time that can be waited. */
  readonly invalidTimeout: string | undefined;
  readonly maxEnvelopeBytes: number | undefined;
  readonly shellId: string | undefined;
  /** By name in upper case. */
  readonly options: ReadonlyMap<string, string>;
  /** `en-US`; what the client wants texts in. */
  readonly locale: string | undefined;
  readonly dataLocale: string | undefined;
  /** The first header that must be understood and is not (SOAP 1.2 part 1, 5.4.8). */
  readonly notUnderstood: QualifiedName | undefined;
  readonly body: XmlElement;
}

/** A name in its namespace. */
export interface QualifiedName {
  readonly namespace: string;
  readonly name: string;
}

/** Of headers that come back in answers: what they are escaped to must not make an answer larger than messages may be. */
const MOST_ECHOED_CHARACTERS = 4096;

/** A header that every request needs is not there. */
export class HeaderMissing extends ProtocolViolation {}

/** Headers this room knows, obeyed or not: WS-Addressing, DSP0226 6 and [MS-WSMV] 2.2.4. */
const KNOWN_HEADERS: Readonly<Record<string, readonly string[]>> = {
  [namespaces.a]: ['To', 'From', 'ReplyTo', 'FaultTo', 'Action', 'MessageID', 'RelatesTo'],
  [namespaces.w]: ['ResourceURI', 'SelectorSet', 'OptionSet', 'OperationTimeout', 'MaxEnvelopeSize', 'Locale'],
  [namespaces.p]: ['DataLocale', 'SessionId', 'OperationID', 'SequenceId', 'ActivityId'],
};

function firstNotUnderstood(header: XmlElement): QualifiedName | undefined {
  // Clients write the attribute with and without the prefix of SOAP.
  const mandatory = header.children.filter(({ attributes }) => ['true', '1'].includes(attributes.get('mustUnderstand') ?? ''));
  return mandatory.find(({ namespace, name }) => KNOWN_HEADERS[namespace]?.includes(name) !== true);
}

function languageIn(header: XmlElement | undefined): string | undefined {
  const language = header?.attributes.get('lang');
  // en-US, zh-Hant-TW
  return language !== undefined && /^[\w-]{1,85}$/.test(language) ? language : undefined;
}

/** A message without an action: the only one that may lack it is Identify. */
export type Incoming = { readonly kind: 'request'; readonly request: Request } | { readonly kind: 'identify' };

/** Reads a request. Throws a {@link ProtocolViolation} when it is none. What long base64 texts hold is in `room`. */
export function parseRequest(document: Buffer, limitBytes: number, room?: Room): Incoming {
  const { header, body }: Envelope = parseEnvelope(document, limitBytes, room);
  if (body.find(namespaces.wsmid, 'Identify')) return { kind: 'identify' };
  if (header === undefined) throw new HeaderMissing('the message has no header');
  const action = header.textOf(namespaces.a, 'Action');
  const messageId = header.textOf(namespaces.a, 'MessageID');
  if (!action || !messageId) throw new HeaderMissing('the message has no Action or no MessageID');
  const to = header.textOf(namespaces.a, 'To') ?? '';
  const resourceUri = header.textOf(namespaces.w, 'ResourceURI') ?? '';
  for (const echoed of [action, messageId, to, resourceUri])
    if (echoed.length > MOST_ECHOED_CHARACTERS)
      throw new ProtocolViolation(`the message has a header of more than ${MOST_ECHOED_CHARACTERS} characters`);
  const named = (set: string, one: string): Map<string, string> =>
    new Map(
      header
        .find(namespaces.w, set)
        ?.findAll(namespaces.w, one)
        .map((element) => [element.attributes.get('Name')?.toUpperCase() ?? '', element.text]),
    );
  const timeout = header.textOf(namespaces.w, 'OperationTimeout');
  const operationTimeoutMs = timeout === undefined ? undefined : readDuration(timeout);
  const envelopeSize = Number.parseInt(header.textOf(namespaces.w, 'MaxEnvelopeSize') ?? '', 10);
  const request: Request = {
    action,
    messageId,
    to,
    resourceUri,
    operationTimeoutMs,
    invalidTimeout: operationTimeoutMs === undefined ? timeout : undefined,
    maxEnvelopeBytes: envelopeSize > 0 ? envelopeSize : undefined,
    // Written ShellId by most and ShellID by some.
    shellId: named('SelectorSet', 'Selector').get('SHELLID')?.trim(),
    options: named('OptionSet', 'Option'),
    locale: languageIn(header.find(namespaces.w, 'Locale')),
    dataLocale: languageIn(header.find(namespaces.p, 'DataLocale')),
    notUnderstood: firstNotUnderstood(header),
    body,
  };
  return { kind: 'request', request };
}
