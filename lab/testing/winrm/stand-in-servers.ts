import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import type { Test } from 'tap';

/** Serves HTTP, or HTTPS with `tls`, for the length of the test, and resolves with the port. */
export function serveHttp(
  t: Test,
  answer: (request: http.IncomingMessage, response: http.ServerResponse) => void,
  tls?: { readonly key: string; readonly cert: string } & https.ServerOptions,
): Promise<number> {
  const server = tls ? https.createServer(tls, answer) : http.createServer(answer);
  server.on('clientError', (_error, socket) => socket.destroy());
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return portOf(server);
}

/** Serves bare TCP for the length of the test. */
export function serveTcp(t: Test, greet: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    greet(socket);
  });
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return portOf(server);
}

/** A port that nothing listens on, for a moment at least. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  const port = await portOf(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

function portOf(server: net.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
