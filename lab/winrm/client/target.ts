import type { Sha256 } from '../../core/ids.ts';
import type { Secret } from '../../core/secret.ts';

/** Where a client connects and as whom. */
export interface Target {
  /** As it was given: for messages and the `To` header. */
  readonly url: string;
  readonly origin: string;
  readonly path: string;
  /** Whether the transport below protects messages, so that sealing is not needed. */
  readonly tls: boolean;
  readonly user: string;
  readonly password: Secret;
  readonly authentication: 'basic' | 'ntlm';
  readonly certificateSha256: Sha256 | undefined;
}

export interface TargetOptions {
  /** `http://host:5985/wsman` */
  readonly url: string;
  /** `user`, `DOMAIN\user` or `user@domain` */
  readonly user: string;
  readonly password: Secret;
  readonly authentication: 'basic' | 'ntlm';
  /** Pin of the server's leaf certificate; with it, no certificate authority is asked. Without it HTTPS trusts the system's authorities. */
  readonly certificateSha256?: Sha256;
}

/** Takes a URL apart. Throws a `TypeError` for anything but HTTP and HTTPS: the configuration checks URLs before they get here. */
export function targetOf(options: TargetOptions): Target {
  const url = new URL(options.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError(`not an HTTP URL: ${options.url}`);
  return {
    url: options.url,
    origin: url.origin,
    path: url.pathname + url.search,
    tls: url.protocol === 'https:',
    user: options.user,
    password: options.password,
    authentication: options.authentication,
    certificateSha256: options.certificateSha256,
  };
}
