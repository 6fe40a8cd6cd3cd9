import type { X509Certificate } from 'node:crypto';
import { type TLSSocket, connect } from 'node:tls';
import type { Call } from '../../core/call.ts';
import { lenientTls } from './bounded-http.ts';
import { type Listener, within } from './examination.ts';
import { type Addresses, lookupOf } from './reach-port.ts';
import { isIP } from 'node:net';

/** What a TLS handshake showed. */
export interface TlsFacts {
  /** `TLSv1.3` */
  readonly protocol: string;
  readonly cipher: string;
  readonly subject: string;
  readonly issuer: string;
  readonly alternativeNames: string;
  readonly selfSigned: boolean;
  /** UTC ISO instants. */
  readonly validFrom: string;
  readonly validTo: string;
  /** As pins are written: 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  /** `rsa 2048`, `ec prime256v1` */
  readonly key: string;
  readonly keyBits: number | undefined;
  /** `RSA-SHA256`, where it can be told. */
  readonly signature: string | undefined;
  /** Whether the certificate is for the host as it was given. */
  readonly nameMatches: boolean;
  /** Why neither the system's authorities nor the given ones vouch for it; absent when they do. */
  readonly untrusted: string | undefined;
}

/** Shakes hands with a listener and reads what it shows, whatever it is. Rejects with the socket's error. */
export function lookAtTls(
  listener: Pick<Listener, 'host' | 'port'>,
  addresses: Addresses,
  authority: string | undefined,
  limitMs: number,
  call: Call,
): Promise<TlsFacts> {
  let socket: TLSSocket | undefined;
  const { host, port } = listener;
  return within(
    call,
    limitMs,
    'the handshake',
    () =>
      new Promise<TlsFacts>((resolve, reject) => {
        socket = connect({
          ...lenientTls,
          host,
          port,
          lookup: lookupOf(addresses),
          ...(isIP(host) === 0 ? { servername: host } : {}),
          ...(authority === undefined ? {} : { ca: authority }),
          // Looked at on its own, so that the reason is not mixed with that of the authorities.
          checkServerIdentity: () => undefined,
        });
        socket.once('error', reject);
        socket.once('close', () => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })));
        socket.once('secureConnect', () => {
          const certificate = socket?.getPeerX509Certificate();
          if (socket === undefined || certificate === undefined) reject(new Error('there is no certificate'));
          else resolve(factsOf(socket, certificate, host));
        });
      }),
  ).finally(() => {
    socket?.on('error', () => {});
    socket?.destroy();
  });
}

function factsOf(socket: TLSSocket, certificate: X509Certificate, host: string): TlsFacts {
  const { asymmetricKeyType: kind = 'unknown', asymmetricKeyDetails: details } = certificate.publicKey;
  const matches = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
  const { authorizationError } = socket as { readonly authorizationError?: unknown };
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    subject: certificate.subject ?? '',
    issuer: certificate.issuer ?? '',
    alternativeNames: certificate.subjectAltName ?? '',
    selfSigned: certificate.checkIssued(certificate),
    validFrom: certificate.validFromDate.toISOString(),
    validTo: certificate.validToDate.toISOString(),
    sha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    key: `${kind} ${details?.modulusLength ?? details?.namedCurve ?? ''}`.trim(),
    keyBits: details?.modulusLength,
    signature: certificate.signatureAlgorithm,
    nameMatches: matches !== undefined,
    untrusted: socket.authorized
      ? undefined
      : authorizationError instanceof Error
        ? authorizationError.message
        : String(authorizationError),
  };
}
