import { createHash } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import { Client, buildConnector } from 'undici';
import type { Target } from './target.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** Below the 120 s after which Windows' HTTP service closes idle connections, so that no message races with that. */
const IDLE_TIMEOUT_MS = 60_000;

/** The request has not left this machine: it may be sent again on another connection whatever it says. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

/** The server's certificate is not the pinned one. */
export class WrongCertificate extends Error {
  override readonly name = 'WrongCertificate';
}

/**
 * An HTTP client that connects once. NTLM authenticates the connection and not the message, so a client that quietly reconnects would send
 * sealed messages to a stranger; this one fails with {@link NotSent} instead.
 */
export function oneConnection(target: Target): Client {
  const pin = target.certificateSha256;
  const connector = buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    allowH2: false,
    ...(pin === undefined ? {} : { rejectUnauthorized: false, checkServerIdentity: () => undefined }),
  });
  let connected = false;
  const connect: buildConnector.connector = (options, callback) => {
    if (connected) {
      callback(new NotSent('the connection is gone'), null);
      return;
    }
    connector(options, (error, socket) => {
      if (error) {
        callback(error, null);
        return;
      }
      connected = true;
      socket.setNoDelay(true);
      const wrong = pin === undefined ? undefined : mismatch(socket, pin);
      if (wrong === undefined) callback(null, socket);
      else {
        socket.destroy();
        callback(wrong, null);
      }
    });
  };
  return new Client(target.origin, { connect, pipelining: 1, keepAliveTimeout: IDLE_TIMEOUT_MS, keepAliveMaxTimeout: IDLE_TIMEOUT_MS });
}

function mismatch(socket: unknown, pin: string): WrongCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return new WrongCertificate('a certificate is pinned but the connection has none');
  const { raw } = socket.getPeerCertificate();
  const actual = createHash('sha256').update(raw).digest('hex');
  return actual === pin ? undefined : new WrongCertificate(`its SHA-256 is ${actual}, ${pin} is pinned`);
}
