import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** What makes a service one over HTTPS. */
export interface ServiceCertificate {
  /** Private key, PEM. */
  readonly key: string;
  /** The certificate, followed by those between it and its authority; PEM. */
  readonly cert: string;
}

/** Where to listen, and whether for HTTPS. */
export interface ListenerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly tls?: ServiceCertificate;
}

/** An HTTP server and its connections. */
export interface Listener {
  /** `https://127.0.0.1:5986` */
  readonly origin: string;
  readonly port: number;
  /** Connections open at this moment, those included that have not said anything yet. */
  readonly connections: () => number;
  /** Breaks off every connection and stops listening. Harmless a second time. */
  readonly close: () => Promise<void>;
}

const IDLE_CONNECTION_MS = 120_000;
/** MaxPacketRetrievalTimeSeconds of Windows. */
const REQUEST_TIME_MS = 120_000;
const TLS_HANDSHAKE_MS = 30_000;

/** Listens for HTTP, or HTTPS with TLS 1.2 or newer. Rejects when the port cannot be listened on or the certificate is none. */
export async function listen(options: ListenerOptions, serve: http.RequestListener): Promise<Listener> {
  const { host, tls } = options;
  const limits = { keepAliveTimeout: IDLE_CONNECTION_MS, requestTimeout: REQUEST_TIME_MS };
  const server =
    tls === undefined
      ? http.createServer(limits, serve)
      : https.createServer({ ...limits, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: TLS_HANDSHAKE_MS }, serve);
  // Those that have not finished their TLS handshake are unknown to the HTTP server, and would keep it from closing.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    connections: () => sockets.size,
    close: () => {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of sockets) socket.destroy();
      });
      return closing;
    },
  };
}
