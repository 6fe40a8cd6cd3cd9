import { buildResponse, type ResponseContext } from '../messages/response.ts';
import { namespaces } from '../soap/namespaces.ts';
import type { XmlElement } from '../soap/xml-element.ts';
import type { XmlPart } from '../soap/xml-parts.ts';
import { escapeXml } from '../soap/xml-text.ts';

/** A SOAP fault with what Windows adds to it ([MS-WSMV] 2.2.4.44, DSP0226 14). */
export interface Fault {
  /** Windows' number for it; absent when the service gave none. */
  readonly code: number | undefined;
  /** `Sender`: the request was at fault. `Receiver`: the service. Others occur. */
  readonly value: string;
  /** Local name of the subcode: `TimedOut`, `InvalidSelectors`. */
  readonly subcode: string | undefined;
  /** The most telling text there was: Windows' detail before the general reason. */
  readonly reason: string;
}

/** A fault as the client throws it, always as the cause of a `LabError`. */
export class WinrmFault extends Error {
  override readonly name = 'WinrmFault';
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.reason);
    this.fault = fault;
  }
}

/** The fault behind an error, if there is one. */
export const faultOf = (error: unknown): Fault | undefined => {
  if (error instanceof WinrmFault) return error.fault;
  return error instanceof Error && error.cause instanceof WinrmFault ? error.cause.fault : undefined;
};

/** Reads the fault of a body; `undefined` when the body holds none. */
export function parseFault(body: XmlElement): Fault | undefined {
  const fault = body.find(namespaces.s, 'Fault');
  if (fault === undefined) return undefined;
  const code = fault.find(namespaces.s, 'Code');
  const detail = fault.find(namespaces.s, 'Detail');
  const windows = detail?.find(namespaces.f, 'WSManFault');
  const wmi = detail?.find(namespaces.wmiError, 'MSFT_WmiError');
  const number = Number.parseInt(windows?.attributes.get('Code') ?? wmi?.textOf(namespaces.wmiError, 'error_Code') ?? '', 10);
  const texts = [windows?.find(namespaces.f, 'Message'), wmi?.find(namespaces.wmiError, 'Message'), fault.find(namespaces.s, 'Reason')];
  return {
    code: Number.isNaN(number) ? undefined : number,
    value: withoutPrefix(code?.textOf(namespaces.s, 'Value') ?? ''),
    subcode: withoutPrefix(code?.find(namespaces.s, 'Subcode')?.textOf(namespaces.s, 'Value') ?? '') || undefined,
    reason: texts.map((element) => (element ? allText(element) : '')).find((text) => text !== '') ?? 'no reason given',
  };
}

const withoutPrefix = (qualified: string): string => qualified.slice(qualified.indexOf(':') + 1);

/** Faults nest: a provider's own fault stands inside the message. */
const allText = (element: XmlElement): string =>
  [element.text, ...element.children.map(allText)].join(' ').replace(/\s+/g, ' ').trim().slice(0, 2000);

/** A fault as Windows would answer it. */
export interface FaultAnswer {
  readonly code: number;
  readonly value: 's:Sender' | 's:Receiver';
  /** Qualified as Windows writes it: `w:TimedOut`. */
  readonly subcode: string;
  readonly reason: string;
  /** What was wrong in detail; the reason again when absent. */
  readonly message?: string;
  /** URI of the WS-Management fault detail. */
  readonly detail?: string;
  /** Says that the command shell itself, and not the service, found the fault. */
  readonly fromShell?: boolean;
}

const FAULT_ACTIONS: Readonly<Record<string, string>> = {
  a: `${namespaces.a}/fault`,
  w: 'http://schemas.dmtf.org/wbem/wsman/1/wsman/fault',
};

/** Builds the answer that carries a fault; it goes out with HTTP status 500. `machine` is the address the client knows the service by. */
export function buildFault(context: ResponseContext, machine: string, fault: FaultAnswer): readonly XmlPart[] {
  const message = escapeXml(fault.message ?? fault.reason);
  const inner = fault.fromShell
    ? `<f:ProviderFault provider="Shell cmd plugin" path="%systemroot%\\system32\\winrscmd.dll">${message}</f:ProviderFault>`
    : message;
  return buildResponse(FAULT_ACTIONS[fault.subcode.slice(0, 1)] ?? '', ['s', 'a', 'x', 'e', 'n', 'w', 'p'], context, [
    `<s:Fault><s:Code><s:Value>${fault.value}</s:Value><s:Subcode><s:Value>${fault.subcode}</s:Value></s:Subcode></s:Code>` +
      `<s:Reason><s:Text xml:lang="en-US">${escapeXml(fault.reason)}</s:Text></s:Reason><s:Detail>` +
      (fault.detail === undefined ? '' : `<w:FaultDetail>${fault.detail}</w:FaultDetail>`) +
      `<f:WSManFault xmlns:f="${namespaces.f}" Code="${fault.code}" Machine="${escapeXml(machine)}"><f:Message>${inner}</f:Message></f:WSManFault></s:Detail></s:Fault>`,
  ]);
}
