import { ProtocolViolation } from '../protocol-violation.ts';
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

/** What differs by message. */
export interface RequestParts {
  readonly shellId?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly body: readonly XmlPart[];
}

/** Builds a request for the command shell resource ([MS-WSMV] 3.1.4.1). */
export function buildRequest(name: ActionName, context: RequestContext, parts: RequestParts): readonly XmlPart[] {
  const options = Object.entries(parts.options ?? {});
  const header = [
    `<a:To>${escapeXml(context.to)}</a:To>`,
    `<a:ReplyTo><a:Address s:mustUnderstand="true">${anonymousRole}</a:Address></a:ReplyTo>`,
    `<a:Action s:mustUnderstand="true">${actions[name]}</a:Action>`,
    `<a:MessageID>${context.messageId}</a:MessageID>`,
    `<w:ResourceURI s:mustUnderstand="true">${cmdShellUri}</w:ResourceURI>`,
    `<w:MaxEnvelopeSize s:mustUnderstand="true">${context.maxEnvelopeBytes}</w:MaxEnvelopeSize>`,
    `<w:OperationTimeout>${writeDuration(context.operationTimeoutMs)}</w:OperationTimeout>`,
    '<w:Locale xml:lang="en-US" s:mustUnderstand="false"/><p:DataLocale xml:lang="en-US" s:mustUnderstand="false"/>',
    `<p:SessionId s:mustUnderstand="false">${context.sessionId}</p:SessionId>`,
    ...(parts.shellId === undefined
      ? []
      : [`<w:SelectorSet><w:Selector Name="ShellId">${escapeXml(parts.shellId)}</w:Selector></w:SelectorSet>`]),
    ...(options.length === 0
      ? []
      : [
          '<w:OptionSet s:mustUnderstand="true">',
          ...options.map(([option, value]) => `<w:Option Name="${escapeXml(option)}">${escapeXml(value)}</w:Option>`),
          '</w:OptionSet>',
        ]),
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
  readonly maxEnvelopeBytes: number | undefined;
  readonly shellId: string | undefined;
  /** By name in upper case. */
  readonly options: ReadonlyMap<string, string>;
  readonly body: XmlElement;
}

/** A message without an action: the only one that may lack it is Identify. */
export type Incoming = { readonly kind: 'request'; readonly request: Request } | { readonly kind: 'identify' };

/** Reads a request. Throws a {@link ProtocolViolation} when it is none. */
export function parseRequest(document: Buffer, limitBytes: number): Incoming {
  const { header, body }: Envelope = parseEnvelope(document, limitBytes);
  if (body.find(namespaces.wsmid, 'Identify')) return { kind: 'identify' };
  if (header === undefined) throw new ProtocolViolation('the message has no header');
  const action = header.textOf(namespaces.a, 'Action');
  const messageId = header.textOf(namespaces.a, 'MessageID');
  if (!action || !messageId) throw new ProtocolViolation('the message has no Action or no MessageID');
  const named = (set: string, one: string): Map<string, string> =>
    new Map(
      header
        .find(namespaces.w, set)
        ?.findAll(namespaces.w, one)
        .map((element) => [element.attributes.get('Name')?.toUpperCase() ?? '', element.text]),
    );
  const timeout = header.textOf(namespaces.w, 'OperationTimeout');
  const envelopeSize = Number.parseInt(header.textOf(namespaces.w, 'MaxEnvelopeSize') ?? '', 10);
  const request: Request = {
    action,
    messageId,
    to: header.textOf(namespaces.a, 'To') ?? '',
    resourceUri: header.textOf(namespaces.w, 'ResourceURI') ?? '',
    operationTimeoutMs: timeout === undefined ? undefined : readDuration(timeout),
    maxEnvelopeBytes: envelopeSize > 0 ? envelopeSize : undefined,
    // Written ShellId by most and ShellID by some.
    shellId: named('SelectorSet', 'Selector').get('SHELLID')?.trim(),
    options: named('OptionSet', 'Option'),
    body,
  };
  return { kind: 'request', request };
}
