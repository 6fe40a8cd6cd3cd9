import { ProtocolViolation } from '../protocol-violation.ts';
import { namespaces } from '../soap/namespaces.ts';
import type { XmlElement } from '../soap/xml-element.ts';
import type { XmlPart } from '../soap/xml-parts.ts';
import { escapeXml } from '../soap/xml-text.ts';
import { responseAction } from './actions.ts';
import { type Request, type RequestContext, buildRequest } from './request.ts';
import { type ResponseContext, buildResponse } from './response.ts';

export type OutputStream = 'stdout' | 'stderr';

/** A piece of a command's output. */
export interface OutputChunk {
  readonly stream: OutputStream;
  readonly bytes: Uint8Array;
}

/** What a Receive brought ([MS-WSMV] 2.2.4.26). */
export interface ReceiveResponse {
  /** In the order of the document. */
  readonly chunks: readonly OutputChunk[];
  /** The exit code once the command is done, as an unsigned 32-bit number. */
  readonly exitCode: number | undefined;
}

/** Asks for output of a command; blocks at the server until there is some, the command is done, or the operation time-out passes. */
export const receiveRequest = (context: RequestContext, shellId: string, commandId: string): readonly XmlPart[] =>
  buildRequest('Receive', context, {
    shellId,
    options: [{ name: 'WSMAN_CMDSHELL_OPTION_KEEPALIVE', value: 'TRUE' }],
    body: [`<rsp:Receive><rsp:DesiredStream CommandId="${escapeXml(commandId)}">stdout stderr</rsp:DesiredStream></rsp:Receive>`],
  });

/** The command asked about; `undefined` when the message names none, which Windows answers with a fault of its own. */
export const parseReceiveRequest = (request: Request): string | undefined =>
  request.body.get(namespaces.rsp, 'Receive').get(namespaces.rsp, 'DesiredStream').attributes.get('CommandId');

const COMMAND_STATE = `${namespaces.rsp}/CommandState`;

export function receiveResponse(context: ResponseContext, commandId: string, response: ReceiveResponse): readonly XmlPart[] {
  const id = `CommandId="${escapeXml(commandId)}"`;
  const done = response.exitCode !== undefined;
  return buildResponse(responseAction('Receive'), done ? ['s', 'a', 'x', 'w', 'rsp', 'p'] : ['s', 'a', 'w', 'rsp', 'p'], context, [
    '<rsp:ReceiveResponse>',
    ...response.chunks.flatMap(({ stream, bytes }) => [`<rsp:Stream Name="${stream}" ${id}>`, bytes, '</rsp:Stream>']),
    done
      ? `<rsp:Stream Name="stdout" ${id} End="true"></rsp:Stream><rsp:Stream Name="stderr" ${id} End="true"></rsp:Stream>` +
        `<rsp:CommandState ${id} State="${COMMAND_STATE}/Done"><rsp:ExitCode>${response.exitCode}</rsp:ExitCode></rsp:CommandState>`
      : `<rsp:CommandState ${id} State="${COMMAND_STATE}/Running"></rsp:CommandState>`,
    '</rsp:ReceiveResponse>',
  ]);
}

export function parseReceiveResponse(body: XmlElement, commandId: string): ReceiveResponse {
  const answer = body.get(namespaces.rsp, 'ReceiveResponse');
  const chunks: OutputChunk[] = [];
  for (const element of answer.findAll(namespaces.rsp, 'Stream')) {
    const stream = element.attributes.get('Name');
    if (stream !== 'stdout' && stream !== 'stderr') throw new ProtocolViolation('Receive brought a stream that was not asked for');
    sameCommand(element, commandId);
    const bytes = element.base64();
    if (bytes.length > 0) chunks.push({ stream, bytes });
  }
  const state = answer.find(namespaces.rsp, 'CommandState');
  if (state) sameCommand(state, commandId);
  if (!state?.attributes.get('State')?.endsWith('/Done')) return { chunks, exitCode: undefined };
  const text = state.textOf(namespaces.rsp, 'ExitCode') ?? '';
  // 0, 3221225477 and -1073741819 all occur
  if (!/^-?\d{1,10}$/.test(text)) throw new ProtocolViolation('a command is done without an exit code');
  return { chunks, exitCode: Number(text) >>> 0 };
}

function sameCommand(element: XmlElement, commandId: string): void {
  if (element.attributes.get('CommandId')?.toUpperCase() !== commandId.toUpperCase())
    throw new ProtocolViolation('Receive brought output of another command');
}
