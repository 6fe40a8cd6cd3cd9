import type { QualifiedName } from '../messages/request.ts';
import { type ResponseContext, buildResponse } from '../messages/response.ts';
import { namespaces } from '../soap/namespaces.ts';
import type { XmlElement } from '../soap/xml-element.ts';
import type { XmlPart } from '../soap/xml-parts.ts';
import { escapeXml } from '../soap/xml-text.ts';

/** A SOAP fault with what Windows adds to it (SOAP 1.2 part 1, 5.4; DSP0226, 14). */
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
    // The attribute is an unsigned number; some write the HRESULT with its sign.
    code: Number.isNaN(number) ? undefined : number >>> 0,
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
  readonly value: 's:Sender' | 's:Receiver' | 's:MustUnderstand';
  /** Qualified as Windows writes it: `w:TimedOut`. Only `MustUnderstand` has none. */
  readonly subcode?: string;
  readonly reason: string;
  /** What was wrong in detail; the reason again when absent. */
  readonly message?: string;
  /** URI of the WS-Management fault detail. */
  readonly detail?: string;
  /**
   * What found the fault: the service itself when absent, the command shell, or what looks after all shells. `quotas`: Windows counts in its
   * management provider and answers with an error of that (`MSFT_WmiError`), which does not say which message it answers.
   */
  readonly found?: 'by-shell' | 'by-shell-provider' | 'by-quotas';
  /** The header that had to be understood. */
  readonly notUnderstood?: QualifiedName;
}

const FAULT_ACTIONS: Readonly<Record<string, string>> = {
  a: `${namespaces.a}/fault`,
  w: 'http://schemas.dmtf.org/wbem/wsman/1/wsman/fault',
};

/** Texts of faults quote requests, and a request may be half a megabyte of one word. */
const MOST_QUOTED_CHARACTERS = 2000;
const quoted = (text: string): string =>
  text.length > MOST_QUOTED_CHARACTERS ? `${text.slice(0, MOST_QUOTED_CHARACTERS).toWellFormed()}…` : text;

/** Builds the answer that carries a fault; it goes out with HTTP status 500. `machine` is the address the client knows the service by. */
export function buildFault(context: ResponseContext, machine: string, fault: FaultAnswer): readonly XmlPart[] {
  const { subcode, notUnderstood } = fault;
  const reason = quoted(fault.reason);
  // A header that cannot be named in a few words is not named.
  const named =
    notUnderstood && notUnderstood.name.length + notUnderstood.namespace.length < MOST_QUOTED_CHARACTERS ? notUnderstood : undefined;
  const understood = named && `<s:NotUnderstood qname="h:${named.name}" xmlns:h="${escapeXml(named.namespace)}"/>`;
  const { relatesTo: _dropped, ...unrelated } = context;
  return buildResponse(
    FAULT_ACTIONS[subcode?.slice(0, 1) ?? 'a'] ?? '',
    ['s', 'a', 'x', 'e', 'n', 'w', 'p'],
    fault.found === 'by-quotas' ? unrelated : context,
    [
      `<s:Fault><s:Code><s:Value>${fault.value}</s:Value>` +
        (subcode === undefined ? '' : `<s:Subcode><s:Value>${subcode}</s:Value></s:Subcode>`) +
        `</s:Code><s:Reason><s:Text xml:lang="en-US">${escapeXml(reason)}</s:Text></s:Reason>` +
        // Windows says no more than this about headers.
        (notUnderstood ? '' : `<s:Detail>${detailOf(fault, machine)}</s:Detail>`) +
        '</s:Fault>',
    ],
    understood,
  );
}

function detailOf(fault: FaultAnswer, machine: string): string {
  const message = quoted(fault.message ?? fault.reason);
  const windows = (inner: string): string =>
    `<f:WSManFault xmlns:f="${namespaces.f}" Code="${fault.code}" Machine="${escapeXml(machine)}"><f:Message>${inner}</f:Message></f:WSManFault>`;
  const provider = (name: string, file: string, inner: string): string =>
    `<f:ProviderFault provider="${name}" path="%systemroot%\\system32\\${file}">${inner}</f:ProviderFault>`;
  const uri = fault.detail === undefined ? '' : `<w:FaultDetail>${fault.detail}</w:FaultDetail>`;
  switch (fault.found) {
    case undefined:
      return uri + windows(escapeXml(message));
    case 'by-shell':
      return uri + windows(provider('Shell cmd plugin', 'winrscmd.dll', escapeXml(message)));
    case 'by-shell-provider':
      return uri + windows(provider('Shell provider', 'WsmSvc.dll', windows(escapeXml(message))));
    case 'by-quotas':
      return wmiError(fault.code, message);
  }
}

/** What Windows' management provider writes when a limit is reached; `27` is CIM_ERR_SERVER_LIMITS_EXCEEDED (DSP0223). */
function wmiError(code: number, message: string): string {
  const typed = (name: string, type: string, value: string | number | undefined): string =>
    value === undefined
      ? `<p:${name} xsi:type="cim:${type}" xsi:nil="true"/>`
      : `<p:${name} xsi:type="cim:${type}">${escapeXml(String(value))}</p:${name}>`;
  return [
    `<p:MSFT_WmiError b:IsCIM_Error="true" xmlns:xsi="${namespaces.xsi}" xmlns:b="${namespaces.b}" xmlns:p="${namespaces.wmiError}"`,
    ` xmlns:cim="${namespaces.cim}" xsi:type="p:MSFT_WmiError_Type">`,
    typed('CIMStatusCode', 'cimUnsignedInt', 27),
    typed('CIMStatusCodeDescription', 'cimString', undefined),
    typed('ErrorSource', 'cimString', undefined),
    typed('ErrorSourceFormat', 'cimUnsignedShort', 0),
    typed('ErrorType', 'cimUnsignedShort', 0),
    typed('Message', 'cimString', message),
    typed('MessageID', 'cimString', `HRESULT 0x${code.toString(16)}`),
    typed('OtherErrorSourceFormat', 'cimString', undefined),
    typed('OtherErrorType', 'cimString', undefined),
    typed('OwningEntity', 'cimString', undefined),
    typed('PerceivedSeverity', 'cimUnsignedShort', 0),
    typed('ProbableCause', 'cimUnsignedShort', 0),
    typed('ProbableCauseDescription', 'cimString', undefined),
    typed('error_Category', 'cimUnsignedInt', 30),
    typed('error_Code', 'cimUnsignedInt', code),
    typed('error_Type', 'cimString', 'HRESULT'),
    typed('error_WindowsErrorMessage', 'cimString', message),
    '</p:MSFT_WmiError>',
  ].join('');
}
