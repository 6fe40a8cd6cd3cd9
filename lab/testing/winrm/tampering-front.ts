import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Test } from 'tap';

/** One HTTP message on its way, in either direction. */
export interface PassingRequest {
  /** From 1 on, on its connection. */
  readonly number: number;
  /** What it asks for first (`Negotiate`, `NTLM`, `Basic`), or nothing. */
  readonly authorization: string | undefined;
  readonly body: Buffer;
}

export interface PassingAnswer {
  readonly status: number;
  readonly headers: http.OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** What is done to messages. `break` ends the connection. */
export interface Tampering {
  /** Before a request goes on to the service: an answer keeps it from getting there. */
  readonly request?: (request: PassingRequest) => PassingAnswer | 'break' | undefined;
  /** Before an answer goes back to the client. */
  readonly answer?: (answer: PassingAnswer, request: PassingRequest) => PassingAnswer | 'break' | undefined;
}

/** Something between client and service that does harm: an HTTP relay, one connection to the service for each of the client's. */
export interface TamperingFront {
  readonly url: string;
  /** Connections that clients have open at this moment. */
  readonly connections: () => number;
}

/** Relays plain HTTP to a service on this machine for the length of a test. */
export async function tamperingFront(t: Test, servicePort: number, tampering: Tampering): Promise<TamperingFront> {
  const agents = new Map<Socket, { readonly agent: http.Agent; count: number }>();
  const server = http.createServer((incoming, outgoing) => {
    const { socket } = incoming;
    const state = agents.get(socket) ?? { agent: new http.Agent({ keepAlive: true, maxSockets: 1 }), count: 0 };
    if (!agents.has(socket)) {
      agents.set(socket, state);
      socket.once('close', () => {
        agents.delete(socket);
        state.agent.destroy();
      });
    }
    state.count++;
    const number = state.count;
    const give = (answer: PassingAnswer | 'break'): void => {
      if (answer === 'break') socket.destroy();
      else outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length }).end(answer.body);
    };
    void bodyOf(incoming).then((body) => {
      const request: PassingRequest = { number, authorization: incoming.headers.authorization, body };
      const early = tampering.request?.(request);
      if (early) {
        give(early);
        return;
      }
      const { authorization, 'content-type': contentType } = incoming.headers;
      const headers = {
        'content-length': body.length,
        ...(authorization === undefined ? {} : { authorization }),
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
      };
      const options = { agent: state.agent, host: '127.0.0.1', port: servicePort, method: 'POST', path: incoming.url, headers };
      const onward = http.request(options, (response) => {
        void bodyOf(response).then((answerBody) => {
          const { 'www-authenticate': offers, 'content-type': type } = response.headers;
          const answer: PassingAnswer = {
            status: response.statusCode ?? 0,
            headers: {
              ...(offers === undefined ? {} : { 'www-authenticate': offers }),
              ...(type === undefined ? {} : { 'content-type': type }),
            },
            body: answerBody,
          };
          give(tampering.answer?.(answer, request) ?? answer);
        });
      });
      onward.on('error', () => socket.destroy());
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/wsman`, connections: () => agents.size };
}

async function bodyOf(message: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  // A client that goes away in the middle is an answer in itself here.
  await (async () => {
    for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  })().catch(() => {});
  return Buffer.concat(chunks);
}
