import { createHash, timingSafeEqual } from 'node:crypto';
import { messageType } from '../ntlm/messages.ts';
import { readNegotiate, schemeOf, writeNegotiate } from '../ntlm/negotiate-header.ts';
import { type Account, NtlmServer } from '../ntlm/ntlm-server.ts';
import type { SessionSecurity } from '../ntlm/session-security.ts';

/** What an HTTP request's authentication came to. */
export type Login =
  /** Answer 401 with these `WWW-Authenticate` values. */
  | { readonly kind: 'refused'; readonly challenges: readonly string[] }
  | { readonly kind: 'accepted'; readonly user: string; readonly session: SessionSecurity | undefined };

/** Authentication of one TCP connection: NTLM logs a connection in once, Basic each request. */
export class ConnectionLogin {
  readonly #accounts: readonly Account[];
  readonly #computerName: string;
  readonly #basicAllowed: boolean;
  /** What the service offers to those who have not logged in. */
  readonly #offers: readonly string[];
  #handshake: NtlmServer | undefined;
  #loggedIn: { readonly user: string; readonly session: SessionSecurity | undefined } | undefined;

  constructor(accounts: readonly Account[], computerName: string, basicAllowed: boolean) {
    this.#accounts = accounts;
    this.#computerName = computerName;
    this.#basicAllowed = basicAllowed;
    this.#offers = ['Negotiate', ...(basicAllowed ? ['Basic realm="WSMAN"'] : [])];
  }

  /** Judges one request by its `Authorization` header. Throws a ProtocolViolation for a malformed token. */
  check(authorization: string | undefined): Login {
    if (authorization === undefined)
      return this.#loggedIn ? { kind: 'accepted', ...this.#loggedIn } : { kind: 'refused', challenges: this.#offers };
    // Whoever sends credentials starts anew.
    this.#loggedIn = undefined;
    const token = readNegotiate(authorization);
    if (token !== undefined) return this.#negotiate(token, schemeOf(authorization));
    const basic = this.#basicAllowed ? this.#basic(authorization) : undefined;
    return basic === undefined ? { kind: 'refused', challenges: this.#offers } : { kind: 'accepted', user: basic, session: undefined };
  }

  #negotiate(token: Buffer, scheme: string): Login {
    if (messageType(token) === 1) {
      this.#handshake = new NtlmServer(this.#computerName);
      return { kind: 'refused', challenges: [writeNegotiate(this.#handshake.challenge(token), scheme)] };
    }
    const accepted = this.#handshake?.accept(token, this.#accounts);
    this.#handshake = undefined;
    if (accepted === undefined) return { kind: 'refused', challenges: this.#offers };
    this.#loggedIn = accepted;
    return { kind: 'accepted', ...accepted };
  }

  #basic(authorization: string): string | undefined {
    // Basic dmFncmFudDp2YWdyYW50
    const match = /^Basic\s+([A-Za-z0-9+/]{0,2000}={0,2})\s*$/i.exec(authorization);
    const [name, ...rest] = Buffer.from(match?.[1] ?? '', 'base64')
      .toString('utf8')
      .split(':');
    const account = this.#accounts.find((candidate) => candidate.name.toUpperCase() === name?.toUpperCase());
    const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
    return account && timingSafeEqual(digest(rest.join(':')), digest(account.password.reveal())) ? account.name : undefined;
  }
}
