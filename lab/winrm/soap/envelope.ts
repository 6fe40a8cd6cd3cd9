import { ProtocolViolation } from '../protocol-violation.ts';
import type { Room } from './base64.ts';
import { type Prefix, declare, namespaces } from './namespaces.ts';
import { parseXml } from './parse-xml.ts';
import type { XmlElement } from './xml-element.ts';
import type { XmlPart } from './xml-parts.ts';

/** A SOAP 1.2 message as it was read. */
export interface Envelope {
  /** Absent only in Identify messages of some clients. */
  readonly header: XmlElement | undefined;
  readonly body: XmlElement;
}

/** Wraps header and body; the prefixes given are declared on the envelope in their order. */
export const buildEnvelope = (
  prefixes: readonly Prefix[],
  header: string,
  body: readonly XmlPart[],
  language = ' xml:lang="en-US"',
): readonly XmlPart[] => [
  `<s:Envelope${language} ${declare(prefixes)}><s:Header>${header}</s:Header><s:Body>`,
  ...body,
  '</s:Body></s:Envelope>',
];

/** Reads a SOAP envelope whatever its prefixes. Throws a {@link ProtocolViolation}. What long base64 texts hold is in `room`. */
export function parseEnvelope(document: Buffer, limitBytes: number, room?: Room): Envelope {
  const root = parseXml(document, limitBytes, room);
  if (root.name !== 'Envelope' || root.namespace !== namespaces.s) throw new ProtocolViolation('the message is not a SOAP 1.2 envelope');
  return { header: root.find(namespaces.s, 'Header'), body: root.get(namespaces.s, 'Body') };
}
