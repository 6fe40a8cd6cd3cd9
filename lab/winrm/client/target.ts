import { X509Certificate } from 'node:crypto';
import { LabError } from '../../core/error.ts';
import type { Sha256 } from '../../core/ids.ts';
import type { Secret } from '../../core/secret.ts';
import type { NegotiateToken } from '../ntlm/client-handshake.ts';

/** What ties a log-in to the TLS connection it happens on (RFC 5929). */
export type ChannelBinding = 'tls-server-end-point' | 'none';

/** What makes a server's certificate acceptable. */
export type CertificateTrust =
  /** The system's authorities, and the host's name in the certificate. */
  | { readonly by: 'system' }
  /** These authorities only (PEM), and the host's name in the certificate. */
  | { readonly by: 'authority'; readonly pem: string }
  /** This certificate, whoever issued it, whatever name it has and even when it has expired. */
  | { readonly by: 'pin'; readonly sha256: Sha256 };

/** Where a client connects and as whom. */
export interface Target {
  /** As it was given: for messages and the `To` header. */
  readonly url: string;
  readonly origin: string;
  /** Name or address to connect to, an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** How the server's certificate is judged; `undefined` without TLS, where messages are sealed instead. */
  readonly tls: CertificateTrust | undefined;
  readonly user: string;
  readonly password: Secret;
  readonly authentication: 'basic' | 'ntlm';
  readonly negotiateToken: NegotiateToken;
  readonly channelBinding: ChannelBinding;
}

/** Whom to connect to, as whom, and how far to trust it. */
export interface TargetOptions {
  /** `http://host:5985/wsman` */
  readonly url: string;
  /** `user`, `DOMAIN\user` or `user@domain` */
  readonly user: string;
  readonly password: Secret;
  readonly authentication: 'basic' | 'ntlm';
  /** Pin of the server's leaf certificate; with it, no certificate authority is asked. */
  readonly certificateSha256?: Sha256;
  /** Certificates (PEM) that are trusted instead of the system's authorities. Not asked where there is a pin. */
  readonly certificateAuthority?: string;
  /**
   * How NTLM's tokens are written. Default `ntlmssp`: Windows' own clients send bare tokens where Kerberos is out of the question, every Windows
   * takes them (the universal receiver of [MS-SPNG] 3.2.5.2), and the handshake guards itself against a weaker choice, with the integrity code of
   * [MS-NLMP] 3.1.5.1.2. `spnego` is for services that insist on RFC 4178.
   */
  readonly negotiateToken?: NegotiateToken;
  /**
   * Default `tls-server-end-point`: over HTTPS the log-in names the certificate it was made under, so that nobody can pass it on. `none` is for a
   * host behind something that ends TLS before it, whose CbtHardeningLevel then must not be Strict.
   */
  readonly channelBinding?: ChannelBinding;
}

/**
 * Takes a URL apart. Throws a `TypeError` for anything but HTTP and HTTPS (the configuration checks URLs before they get here) and a `LabError`
 * for an authority that is no certificate or for trust in a certificate that the URL does not make use of.
 */
export function targetOf(options: TargetOptions): Target {
  const url = new URL(options.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError(`not an HTTP URL: ${options.url}`);
  const tls = url.protocol === 'https:';
  if (!tls && (options.certificateSha256 !== undefined || options.certificateAuthority !== undefined))
    throw LabError.of('winrm.certificate-without-tls', { url: options.url });
  return {
    url: options.url,
    origin: url.origin,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (tls ? 443 : 80) : Number(url.port),
    path: url.pathname + url.search,
    tls: tls ? trustOf(options) : undefined,
    user: options.user,
    password: options.password,
    authentication: options.authentication,
    negotiateToken: options.negotiateToken ?? 'ntlmssp',
    channelBinding: options.channelBinding ?? 'tls-server-end-point',
  };
}

function trustOf({ url, certificateSha256, certificateAuthority }: TargetOptions): CertificateTrust {
  if (certificateSha256 !== undefined) return { by: 'pin', sha256: certificateSha256 };
  if (certificateAuthority === undefined) return { by: 'system' };
  const certificates = certificateAuthority.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    // Node leaves out what it cannot read, and the host would be refused for want of an authority.
    const read = certificates.map((certificate) => new X509Certificate(certificate));
    if (read.length === 0) throw new TypeError('it holds no certificate in PEM form');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw LabError.of('winrm.authority-unreadable', { url, reason }, { cause: error });
  }
  return { by: 'authority', pem: certificateAuthority };
}
