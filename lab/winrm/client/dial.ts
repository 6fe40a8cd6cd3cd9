import { createHash } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import type { Call } from '../../core/call.ts';
import type { CertificateTrust, Target } from './target.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/** The server's certificate is not the pinned one. */
export class WrongCertificate extends Error {
  override readonly name = 'WrongCertificate';
}

/** A connection over which nothing has been said yet. */
export interface Dialled {
  readonly socket: net.Socket;
  /** The server's certificate (DER), judged; absent without TLS. */
  readonly certificate: Buffer | undefined;
}

/**
 * Connects to a target and judges its certificate before a single byte of HTTP goes out. Rejects with the call's reason, a {@link WrongCertificate}
 * or the system's own error; nothing stays open then. The socket has Nagle's algorithm off, since every message waits for its answer.
 */
export async function dial(target: Target, call: Call): Promise<Dialled> {
  call.signal.throwIfAborted();
  const { host, port, tls: trust } = target;
  const socket = trust === undefined ? net.connect({ host, port }) : tls.connect({ host, port, ...tlsOptions(target, trust) });
  // For its whole life: whoever uses it hears of its end in other ways.
  socket.on('error', () => {});
  try {
    await connected(socket, trust === undefined ? 'connect' : 'secureConnect', call.signal);
    socket.setNoDelay(true);
    if (!(socket instanceof tls.TLSSocket)) return { socket, certificate: undefined };
    const certificate = socket.getPeerCertificate().raw;
    if (trust?.by === 'pin') {
      const actual = createHash('sha256').update(certificate).digest('hex');
      if (actual !== trust.sha256) throw new WrongCertificate(`its SHA-256 is ${actual}, ${trust.sha256} is pinned`);
    }
    return { socket, certificate };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function connected(socket: net.Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => settle(() => reject(error));
    const close = (): void => fail(withCode('ECONNRESET', 'it closed the connection before it was secured'));
    const abort = (): void => settle(() => reject(signal.reason));
    const expire = (): void => {
      const what = socket.connecting ? 'nothing answers' : 'it takes connections but does not answer with TLS';
      fail(withCode('ETIMEDOUT', `${what} within ${CONNECT_TIMEOUT_MS / 1000} s`));
    };
    const timer = setTimeout(expire, CONNECT_TIMEOUT_MS);
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      socket.off('error', fail).off('close', close);
      signal.removeEventListener('abort', abort);
      then();
    };
    socket.once('error', fail).once('close', close);
    signal.addEventListener('abort', abort, { once: true });
    socket.once(event, () => settle(resolve));
  });
}

const withCode = (code: string, message: string): Error => Object.assign(new Error(message), { code });

function tlsOptions(target: Target, trust: CertificateTrust): tls.ConnectionOptions {
  const common = { servername: net.isIP(target.host) === 0 ? target.host : '', ALPNProtocols: ['http/1.1'] };
  // The handshake still proves that the server holds the certificate's key; the certificate itself is compared with the pin right after it.
  if (trust.by === 'pin') return { ...common, rejectUnauthorized: false, checkServerIdentity: () => undefined };
  return { ...common, secureContext: contextOf(trust), rejectUnauthorized: true };
}

type Authorities = Exclude<CertificateTrust, { by: 'pin' }>;

/** Reading some hundred authorities takes longer than a handshake: done once. */
let systemContext: tls.SecureContext | undefined;
const contexts = new WeakMap<Authorities, tls.SecureContext>();

function contextOf(trust: Authorities): tls.SecureContext {
  switch (trust.by) {
    case 'system':
      // Node's own list knows nothing of the authorities that a company installs on its machines.
      return (systemContext ??= tls.createSecureContext({ ca: [...tls.getCACertificates('default'), ...tls.getCACertificates('system')] }));
    case 'authority': {
      const context = contexts.get(trust) ?? tls.createSecureContext({ ca: trust.pem });
      contexts.set(trust, context);
      return context;
    }
  }
}
