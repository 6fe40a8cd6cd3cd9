import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { identifyResponse } from '../../messages/identify.ts';
import { parseRequest } from '../../messages/request.ts';
import { joinParts } from '../../soap/xml-parts.ts';
import type { RecordedExchange } from '../recording.ts';

/** A host that gives recorded answers in their order and writes down what it was asked. */
export interface StrictPlayer extends AsyncDisposable {
  readonly url: string;
  /** The messages that came, in order; Identify is not among them. */
  readonly asked: readonly Buffer[];
}

const LIMIT_BYTES = 1_000_000;

/**
 * Serves recorded answers over HTTP, each to the next message that comes, whatever that is; comparing is the caller's part. Only `RelatesTo`
 * is changed, where the recording has one, to name the message that came. Identify, with which our client begins and which is on no record, is
 * answered beside it. A message too many gets HTTP 418.
 */
export async function strictPlayer(exchanges: readonly RecordedExchange[]): Promise<StrictPlayer> {
  const asked: Buffer[] = [];
  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const document = Buffer.concat(chunks);
    const incoming = parseRequest(document, LIMIT_BYTES);
    const type = { 'content-type': 'application/soap+xml;charset=UTF-8' };
    if (incoming.kind === 'identify') {
      response
        .writeHead(200, type)
        .end(joinParts(identifyResponse({ productVendor: 'Microsoft Corporation', productVersion: 'recorded' })));
      return;
    }
    const exchange = exchanges[asked.length];
    asked.push(document);
    if (exchange === undefined) response.writeHead(418).end();
    else {
      // <a:RelatesTo>uuid:1</a:RelatesTo>
      const relating = exchange.response.replace(/(<(?:\w+:)?RelatesTo>)[^<]*/, `$1${incoming.request.messageId}`);
      response.writeHead(exchange.httpStatus, type).end(relating);
    }
  };
  const server = http.createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/wsman`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
