import { ProtocolViolation } from '../protocol-violation.ts';
import { namespaces } from '../soap/namespaces.ts';
import type { XmlPart } from '../soap/xml-parts.ts';
import { escapeXml } from '../soap/xml-text.ts';
import { responseAction } from './actions.ts';
import { type Request, type RequestContext, buildRequest } from './request.ts';
import { type ResponseContext, buildResponse } from './response.ts';

const SIGNAL = `${namespaces.rsp}/signal/`;

/** `terminate` ends a command and frees its place in the shell; the others are keys pressed at its console ([MS-WSMV] 2.2.4.38). */
export const signals = ['terminate', 'ctrl_c', 'ctrl_break'] as const;
export type Signal = (typeof signals)[number];

export const signalRequest = (context: RequestContext, shellId: string, commandId: string, signal: Signal): readonly XmlPart[] =>
  buildRequest('Signal', context, {
    shellId,
    body: [`<rsp:Signal CommandId="${escapeXml(commandId)}"><rsp:Code>${SIGNAL}${signal}</rsp:Code></rsp:Signal>`],
  });

export function parseSignalRequest(request: Request): { readonly commandId: string; readonly signal: Signal } {
  const element = request.body.get(namespaces.rsp, 'Signal');
  const commandId = element.attributes.get('CommandId');
  const code = element.textOf(namespaces.rsp, 'Code')?.toLowerCase();
  const signal = signals.find((name) => code === (SIGNAL + name).toLowerCase());
  if (!commandId || !signal) throw new ProtocolViolation('Signal names no command or no known signal');
  return { commandId, signal };
}

export const signalResponse = (context: ResponseContext): readonly XmlPart[] =>
  buildResponse(responseAction('Signal'), ['s', 'a', 'x', 'w', 'rsp', 'p'], context, ['<rsp:SignalResponse/>']);
