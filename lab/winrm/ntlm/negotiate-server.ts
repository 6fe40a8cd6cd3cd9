import type { BindingPolicy } from './channel-binding.ts';
import { messageType } from './messages.ts';
import { type Accepted, type Account, NtlmServer } from './ntlm-server.ts';
import type { SessionSecurity } from './session-security.ts';
import { type NegTokenInit, type NegTokenResp, buildNegTokenResp, ntlmMechanism, parseNegotiationToken } from './spnego-tokens.ts';

/** What a token led to. */
export type NegotiateStep =
  /** The client is to send another token, in answer to this one. */
  | { readonly kind: 'continue'; readonly token: Buffer }
  /** Logged in, with a session where messages can be sealed; the token, if there is one, belongs into the answer. */
  | { readonly kind: 'accepted'; readonly user: string; readonly session: SessionSecurity | undefined; readonly token?: Buffer }
  | { readonly kind: 'refused' };

/** Who may log in, and under which conditions. */
export interface NegotiateServerOptions {
  readonly accounts: readonly Account[];
  readonly computerName: string;
  readonly binding: BindingPolicy;
}

interface Negotiation {
  /** What the integrity code of both sides covers. */
  readonly mechanismList: Buffer;
  /** Whether the client would have preferred another mechanism: then somebody could have struck that one off its list, and the code is a must. */
  readonly micNeeded: boolean;
}

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');
const refused: NegotiateStep = { kind: 'refused' };

/**
 * The server's side of log-ins with NTLM, in bare tokens or within SPNEGO (RFC 4178), whichever the client begins with: the universal receiver of
 * [MS-SPNG] 3.2.5.2. One object per connection. Another first token begins anew; a handshake that failed has to.
 */
export class NegotiateServer {
  readonly #options: NegotiateServerOptions;
  #ntlm: NtlmServer | undefined;
  #negotiation: Negotiation | undefined;

  constructor(options: NegotiateServerOptions) {
    this.#options = options;
  }

  /** Takes the client's next token. Throws a `ProtocolViolation` when it is malformed; the handshake is over then. */
  take(token: Buffer): NegotiateStep {
    const [ntlm, negotiation] = [this.#ntlm, this.#negotiation];
    this.#ntlm = undefined;
    this.#negotiation = undefined;
    // A bare proof must not take the place of one whose list of mechanisms has to be confirmed.
    if (token.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return this.#takeBare(token, negotiation ? undefined : ntlm);
    const parsed = parseNegotiationToken(token);
    switch (parsed.kind) {
      case 'init':
        return this.#begin(parsed);
      case 'resp':
        return ntlm === undefined || negotiation === undefined ? refused : this.#goOn(parsed, ntlm, negotiation);
      case 'other':
        return refused;
    }
  }

  #newHandshake(): NtlmServer {
    this.#ntlm = new NtlmServer(this.#options.computerName, this.#options.binding);
    return this.#ntlm;
  }

  #takeBare(token: Buffer, ntlm: NtlmServer | undefined): NegotiateStep {
    if (messageType(token) === 1) return { kind: 'continue', token: this.#newHandshake().challenge(token) };
    const accepted = ntlm?.accept(token, this.#options.accounts);
    return accepted === undefined ? refused : acceptance(accepted);
  }

  /** RFC 4178, 4.2.2: the first answer says which mechanism it is to be, and whether the list of mechanisms has to be confirmed. */
  #begin({ mechanisms, mechanismList, mechToken }: NegTokenInit): NegotiateStep {
    if (!mechanisms.includes(ntlmMechanism)) return refused;
    const preferred = mechanisms[0] === ntlmMechanism;
    this.#negotiation = { mechanismList: Buffer.from(mechanismList), micNeeded: !preferred };
    const ntlm = this.#newHandshake();
    // A token for another mechanism is of no use; the client sends NTLM's next.
    const responseToken = preferred && mechToken !== undefined ? ntlm.challenge(mechToken) : undefined;
    const state = preferred ? 'accept-incomplete' : 'request-mic';
    return { kind: 'continue', token: buildNegTokenResp({ state, supportedMechanism: ntlmMechanism, responseToken }) };
  }

  #goOn({ state, responseToken, mechListMic }: NegTokenResp, ntlm: NtlmServer, negotiation: Negotiation): NegotiateStep {
    if (state === 'reject' || responseToken === undefined) return refused;
    if (messageType(responseToken) === 1) {
      this.#ntlm = ntlm;
      this.#negotiation = negotiation;
      return { kind: 'continue', token: buildNegTokenResp({ state: 'accept-incomplete', responseToken: ntlm.challenge(responseToken) }) };
    }
    const accepted = ntlm.accept(responseToken, this.#options.accounts);
    if (accepted === undefined) return refused;
    const list = negotiation.mechanismList;
    if (mechListMic === undefined) {
      if (negotiation.micNeeded) return refused;
      return acceptance(accepted, buildNegTokenResp({ state: 'accept-completed' }));
    }
    if (accepted.session?.areMechanisms(list, mechListMic) !== true) return refused;
    return acceptance(accepted, buildNegTokenResp({ state: 'accept-completed', mechListMic: accepted.session.signMechanisms(list) }));
  }
}

const acceptance = ({ user, session, seals }: Accepted, token?: Buffer): NegotiateStep => ({
  kind: 'accepted',
  user,
  session: seals ? session : undefined,
  ...(token === undefined ? {} : { token }),
});
