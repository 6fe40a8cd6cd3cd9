import { namespaces } from '../soap/namespaces.ts';
import type { XmlElement } from '../soap/xml-element.ts';
import type { XmlPart } from '../soap/xml-parts.ts';
import { escapeXml } from '../soap/xml-text.ts';

/** What a WS-Management service says of itself (DSP0226, 11). */
export interface Identity {
  readonly productVendor: string;
  /** `OS: 10.0.19045 SP: 0.0 Stack: 3.0`; the version of the system is 0.0.0 for strangers. */
  readonly productVersion: string;
}

/** Asks who is there. */
export const identifyRequest = (): readonly XmlPart[] => [
  `<s:Envelope xmlns:s="${namespaces.s}" xmlns:wsmid="${namespaces.wsmid}"><s:Header/><s:Body><wsmid:Identify/></s:Body></s:Envelope>`,
];

export const identifyResponse = (identity: Identity): readonly XmlPart[] => [
  `<s:Envelope xml:lang="en-US" xmlns:s="${namespaces.s}"><s:Header></s:Header><s:Body><wsmid:IdentifyResponse xmlns:wsmid="${namespaces.wsmid}">` +
    `<wsmid:ProtocolVersion>${namespaces.w}</wsmid:ProtocolVersion><wsmid:ProductVendor>${escapeXml(identity.productVendor)}</wsmid:ProductVendor>` +
    `<wsmid:ProductVersion>${escapeXml(identity.productVersion)}</wsmid:ProductVersion></wsmid:IdentifyResponse></s:Body></s:Envelope>`,
];

export function parseIdentifyResponse(body: XmlElement): Identity {
  const answer = body.get(namespaces.wsmid, 'IdentifyResponse');
  return {
    productVendor: answer.textOf(namespaces.wsmid, 'ProductVendor') ?? '',
    productVersion: answer.textOf(namespaces.wsmid, 'ProductVersion') ?? '',
  };
}
