import { ProtocolViolation } from '../protocol-violation.ts';
import { contextTag, derElement, derObjectIdentifier, derTags, firstDer, readDer, readDerContent, readObjectIdentifier } from './der.ts';

/** NTLM as a mechanism of SPNEGO ([MS-SPNG] 1.9). */
export const ntlmMechanism = '1.3.6.1.4.1.311.2.2.10';
/** SPNEGO itself (RFC 4178, 3). */
const SPNEGO = '1.3.6.1.5.5.2';

/** How far a negotiation is (RFC 4178, 4.2.2), in the order of its numbers. */
export const negotiationStates = ['accept-completed', 'accept-incomplete', 'reject', 'request-mic'] as const;
/** One of {@link negotiationStates}. */
export type NegotiationState = (typeof negotiationStates)[number];

/** The client's first token: NegTokenInit (RFC 4178, 4.2.1) or NegTokenInit2 ([MS-SPNG] 2.2.1), which differ in what nobody reads. */
export interface NegTokenInit {
  readonly kind: 'init';
  /** What the client could use, the dearest first. */
  readonly mechanisms: readonly string[];
  /** MechTypeList in DER as it stood: what the integrity code of both sides covers. */
  readonly mechanismList: Buffer;
  /** First token of the first mechanism. */
  readonly mechToken: Buffer | undefined;
}

/** Every later token of either side (RFC 4178, 4.2.2). */
export interface NegTokenResp {
  readonly kind: 'resp';
  readonly state?: NegotiationState | undefined;
  readonly supportedMechanism?: string | undefined;
  readonly responseToken?: Buffer | undefined;
  readonly mechListMic?: Buffer | undefined;
}

/** A first token of another GSS-API mechanism than SPNEGO: a bare Kerberos ticket. */
export interface OtherToken {
  readonly kind: 'other';
}

const MOST_MECHANISMS = 16;

/** Writes a list of mechanisms (RFC 4178, 4.1). */
export const buildMechanismList = (mechanisms: readonly string[]): Buffer =>
  derElement(derTags.sequence, ...mechanisms.map(derObjectIdentifier));

const octets = (number: number, value: Buffer | undefined): readonly Buffer[] =>
  value === undefined ? [] : [derElement(contextTag(number), derElement(derTags.octetString, value))];

/** Writes the first token, in the frame that every first token of GSS-API has (RFC 2743, 3.1). */
export const buildNegTokenInit = (mechanismList: Buffer, mechToken: Buffer | undefined): Buffer =>
  derElement(
    derTags.application0,
    derObjectIdentifier(SPNEGO),
    derElement(contextTag(0), derElement(derTags.sequence, derElement(contextTag(0), mechanismList), ...octets(2, mechToken))),
  );

/** Writes a later token. */
export function buildNegTokenResp(token: Omit<NegTokenResp, 'kind'>): Buffer {
  const { state, supportedMechanism, responseToken, mechListMic } = token;
  const fields = [
    ...(state === undefined
      ? []
      : [derElement(contextTag(0), derElement(derTags.enumerated, Buffer.from([negotiationStates.indexOf(state)])))]),
    ...(supportedMechanism === undefined ? [] : [derElement(contextTag(1), derObjectIdentifier(supportedMechanism))]),
    ...octets(2, responseToken),
    ...octets(3, mechListMic),
  ];
  return derElement(contextTag(1), derElement(derTags.sequence, ...fields));
}

/** Reads a token of any kind. Throws a {@link ProtocolViolation} for what is none, and for fields that are missing, repeated or out of order. */
export function parseNegotiationToken(token: Buffer): NegTokenInit | NegTokenResp | OtherToken {
  if (token[0] === contextTag(1)) return parseResp(fieldsOf(readDerContent(token, contextTag(1))));
  const frame = readDerContent(token, derTags.application0);
  const mechanism = firstDer(frame);
  if (mechanism.tag !== derTags.objectIdentifier) throw new ProtocolViolation('the token names no mechanism');
  if (readObjectIdentifier(mechanism.content) !== SPNEGO) return { kind: 'other' };
  return parseInit(fieldsOf(readDerContent(frame.subarray(mechanism.whole.length), contextTag(0))));
}

type Fields = ReadonlyMap<number, Buffer>;

/** The fields of a sequence by their number, each with the content of its tag. */
function fieldsOf(bytes: Buffer): Fields {
  const fields = new Map<number, Buffer>();
  let last = -1;
  for (const { tag, content } of readDer(readDerContent(bytes, derTags.sequence))) {
    const number = tag - contextTag(0);
    if (number <= last || number > 4) throw new ProtocolViolation('the fields of an SPNEGO token are out of order');
    fields.set(number, content);
    last = number;
  }
  return fields;
}

const octetsOf = (fields: Fields, number: number): Buffer | undefined => {
  const field = fields.get(number);
  return field && readDerContent(field, derTags.octetString);
};

function parseInit(fields: Fields): NegTokenInit {
  const mechanismList = fields.get(0);
  if (mechanismList === undefined) throw new ProtocolViolation('an SPNEGO token names no mechanism');
  const elements = readDer(readDerContent(mechanismList, derTags.sequence));
  if (elements.length === 0 || elements.length > MOST_MECHANISMS || elements.some(({ tag }) => tag !== derTags.objectIdentifier))
    throw new ProtocolViolation('an SPNEGO token has no list of mechanisms');
  const mechanisms = elements.map(({ content }) => readObjectIdentifier(content));
  return { kind: 'init', mechanisms, mechanismList, mechToken: octetsOf(fields, 2) };
}

function parseResp(fields: Fields): NegTokenResp {
  const state = fields.get(0);
  const supported = fields.get(1);
  return {
    kind: 'resp',
    state: state && stateOf(readDerContent(state, derTags.enumerated)),
    supportedMechanism: supported && readObjectIdentifier(readDerContent(supported, derTags.objectIdentifier)),
    responseToken: octetsOf(fields, 2),
    mechListMic: octetsOf(fields, 3),
  };
}

function stateOf(content: Buffer): NegotiationState {
  const state = content.length === 1 ? negotiationStates[content.readUInt8()] : undefined;
  if (state === undefined) throw new ProtocolViolation('an SPNEGO token has an unknown state');
  return state;
}
