import { createHash, timingSafeEqual } from 'node:crypto';
import { readNegotiate, schemeOf, writeNegotiate } from '../ntlm/negotiate-header.ts';
import { NegotiateServer, type NegotiateServerOptions } from '../ntlm/negotiate-server.ts';
import type { SessionSecurity } from '../ntlm/session-security.ts';

/** What an HTTP request's authentication came to. */
export type Login =
  /** Answer 401 with these `WWW-Authenticate` values. */
  | { readonly kind: 'refused'; readonly challenges: readonly string[] }
  /** Send these `WWW-Authenticate` values along with the answer: the last token of a log-in (RFC 4559, 4.1). */
  | {
      readonly kind: 'accepted';
      readonly user: string;
      readonly session: SessionSecurity | undefined;
      readonly challenges?: readonly string[];
    };

/** Who may log in to a service, and by what. */
export interface LoginOptions extends NegotiateServerOptions {
  /** Whether Basic is offered and taken. */
  readonly basic: boolean;
}

/** Authentication of one TCP connection: NTLM logs a connection in once, Basic each request. */
export class ConnectionLogin {
  readonly #options: LoginOptions;
  /** What the service offers to those who have not logged in. */
  readonly #offers: readonly string[];
  readonly #negotiate: NegotiateServer;
  #loggedIn: { readonly user: string; readonly session: SessionSecurity | undefined } | undefined;

  constructor(options: LoginOptions) {
    this.#options = options;
    this.#offers = ['Negotiate', ...(options.basic ? ['Basic realm="WSMAN"'] : [])];
    this.#negotiate = new NegotiateServer(options);
  }

  /** Judges one request by its `Authorization` header. Throws a `ProtocolViolation` for a malformed token. */
  check(authorization: string | undefined): Login {
    if (authorization === undefined)
      return this.#loggedIn ? { kind: 'accepted', ...this.#loggedIn } : { kind: 'refused', challenges: this.#offers };
    // Whoever sends credentials starts anew.
    this.#loggedIn = undefined;
    const token = readNegotiate(authorization);
    if (token !== undefined) return this.#takeToken(token, schemeOf(authorization));
    const basic = this.#options.basic ? this.#basic(authorization) : undefined;
    return basic === undefined ? { kind: 'refused', challenges: this.#offers } : { kind: 'accepted', user: basic, session: undefined };
  }

  #takeToken(token: Buffer, scheme: string): Login {
    const step = this.#negotiate.take(token);
    switch (step.kind) {
      case 'continue':
        return { kind: 'refused', challenges: [writeNegotiate(step.token, scheme)] };
      case 'refused':
        return { kind: 'refused', challenges: this.#offers };
      case 'accepted': {
        const { user, session } = step;
        this.#loggedIn = { user, session };
        return { kind: 'accepted', user, session, ...(step.token ? { challenges: [writeNegotiate(step.token, scheme)] } : {}) };
      }
    }
  }

  #basic(authorization: string): string | undefined {
    // Basic dmFncmFudDp2YWdyYW50
    const match = /^Basic\s+([A-Za-z0-9+/]{0,2000}={0,2})\s*$/i.exec(authorization);
    const [name, ...rest] = Buffer.from(match?.[1] ?? '', 'base64')
      .toString('utf8')
      .split(':');
    const account = this.#options.accounts.find((candidate) => candidate.name.toUpperCase() === name?.toUpperCase());
    const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
    return account && timingSafeEqual(digest(rest.join(':')), digest(account.password.reveal())) ? account.name : undefined;
  }
}
