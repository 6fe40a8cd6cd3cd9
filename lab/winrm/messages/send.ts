import { ProtocolViolation } from '../protocol-violation.ts';
import { namespaces } from '../soap/namespaces.ts';
import type { XmlPart } from '../soap/xml-parts.ts';
import { escapeXml } from '../soap/xml-text.ts';
import { responseAction } from './actions.ts';
import { type Request, type RequestContext, buildRequest } from './request.ts';
import { type ResponseContext, buildResponse } from './response.ts';

/** Bytes for a command's standard input ([MS-WSMV] 2.2.4.32). */
export interface SendRequest {
  readonly commandId: string;
  readonly bytes: Uint8Array;
  /** Whether these are the last. */
  readonly end: boolean;
}

/** Raw bytes of one Send that stay below the 512,000 bytes an envelope may have, header and multipart wrapper included. Divisible by 3. */
export const mostSendBytes = 375_000;

export const sendRequest = (context: RequestContext, shellId: string, request: SendRequest): readonly XmlPart[] =>
  buildRequest('Send', context, {
    shellId,
    body: [
      `<rsp:Send><rsp:Stream Name="stdin" CommandId="${escapeXml(request.commandId)}"${request.end ? ' End="true"' : ''}>`,
      request.bytes,
      '</rsp:Stream></rsp:Send>',
    ],
  });

/** Reads a Send; several streams of one message are taken together. */
export function parseSendRequest(request: Request): SendRequest {
  const streams = request.body.get(namespaces.rsp, 'Send').findAll(namespaces.rsp, 'Stream');
  const commandId = streams[0]?.attributes.get('CommandId');
  if (!commandId) throw new ProtocolViolation('Send names no command');
  if (streams.some((stream) => stream.attributes.get('CommandId') !== commandId || stream.attributes.get('Name') !== 'stdin')) {
    throw new ProtocolViolation('Send has a stream that is not stdin of one command');
  }
  const pieces = streams.map((stream) => stream.base64());
  const [first] = pieces;
  return {
    commandId,
    bytes: pieces.length === 1 && first ? first : Buffer.concat(pieces),
    end: streams.some((stream) => stream.attributes.get('End')?.toLowerCase() === 'true'),
  };
}

export const sendResponse = (context: ResponseContext): readonly XmlPart[] =>
  buildResponse(responseAction('Send'), ['s', 'a', 'x', 'w', 'rsp', 'p'], context, ['<rsp:SendResponse/>']);
