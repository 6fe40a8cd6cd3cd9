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

/** What a Send needs beside its bytes, with room to spare: header, body and multipart wrapper. */
const SEND_OVERHEAD_BYTES = 12_000;

/** Raw bytes of one Send whose base64 stays below an envelope of that size with everything around it. Divisible by 3. */
export const sendBytesFor = (envelopeBytes: number): number => Math.max(3, Math.floor((envelopeBytes - SEND_OVERHEAD_BYTES) / 4) * 3);

/** Raw bytes of one Send to a Windows that nobody has changed: 375,000, in an envelope of 512,000. */
export const mostSendBytes = sendBytesFor(512_000);

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
