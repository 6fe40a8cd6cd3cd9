import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { Call } from '../../core/call.ts';
import { dial } from './dial.ts';
import type { Target } from './target.ts';

/** Below the 120 s after which Windows' HTTP service closes idle connections, so that no message races with that. */
const IDLE_TIMEOUT_MS = 60_000;

/** The request was not taken: it never left this machine, or was refused unread. It may be sent again on another connection whatever it says. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

/** HTTP over one connection. */
export interface OneConnection {
  readonly http: Client;
  /** The certificate (DER) that the server showed; absent without TLS. */
  readonly certificate: Buffer | undefined;
  /** Breaks it off at once. Harmless a second time. */
  readonly close: () => void;
}

/**
 * Connects once. NTLM authenticates the connection and not the message, so a client that quietly reconnects would send sealed messages to a
 * stranger; this one fails with {@link NotSent} instead. Rejects as {@link dial} does.
 */
export async function oneConnection(target: Target, call: Call): Promise<OneConnection> {
  const { socket, certificate } = await dial(target, call);
  let unused: Socket | undefined = socket;
  const http = new Client(target.origin, {
    connect: (_options, callback) => {
      const given = unused?.destroyed === false ? unused : undefined;
      unused = undefined;
      // The HTTP client is in the middle of sending when it asks, and forgets the request when it is answered at once.
      queueMicrotask(() => (given ? callback(null, given) : callback(new NotSent('the connection is gone'), null)));
    },
    pipelining: 1,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    keepAliveMaxTimeout: IDLE_TIMEOUT_MS,
  });
  return {
    http,
    certificate,
    close: () => {
      http.destroy().catch(() => {});
      // One that was never used is not known to the HTTP client.
      socket.destroy();
    },
  };
}
