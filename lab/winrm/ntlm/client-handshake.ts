import { ProtocolViolation } from '../protocol-violation.ts';
import type { NtlmClient } from './ntlm-client.ts';
import type { SessionSecurity } from './session-security.ts';
import { buildMechanismList, buildNegTokenInit, buildNegTokenResp, ntlmMechanism, parseNegotiationToken } from './spnego-tokens.ts';

/** The form in which NTLM's tokens travel in HTTP headers: bare, or wrapped in SPNEGO (RFC 4178, [MS-SPNG]). */
export type NegotiateToken = 'ntlmssp' | 'spnego';

/** The server does not want to go on with this log-in, and says so in a token. */
export class NegotiationRefused extends Error {
  override readonly name = 'NegotiationRefused';
}

/** One log-in with NTLM, however its tokens are written. The steps are taken in this order, each once; a `ProtocolViolation` ends it. */
export interface ClientHandshake {
  /** The first token. */
  readonly begin: () => Buffer;
  /** The token that proves who logs in, made from the server's answer to the first. Also throws what {@link NtlmClient.authenticate} does. */
  readonly prove: (answer: Buffer) => Buffer;
  /** What holds from now on; `answer` is the token that came with the server's acceptance. `undefined` where there are no keys worth the name. */
  readonly conclude: (answer: Buffer | undefined) => SessionSecurity | undefined;
}

/** Begins a log-in. */
export function clientHandshake(form: NegotiateToken, ntlm: NtlmClient): ClientHandshake {
  switch (form) {
    case 'ntlmssp':
      return bare(ntlm);
    case 'spnego':
      return wrapped(ntlm);
  }
}

function bare(ntlm: NtlmClient): ClientHandshake {
  let session: SessionSecurity | undefined;
  return {
    begin: () => ntlm.negotiate(),
    prove: (answer) => {
      const proven = ntlm.authenticate(answer);
      session = proven.session;
      return proven.token;
    },
    conclude: () => session,
  };
}

/**
 * SPNEGO with NTLM as the only mechanism. Since there is nothing to choose, the integrity code over the list of mechanisms is optional (RFC 4178, 5);
 * it is sent as Windows' clients send it, and then the server must answer with its own, which proves that it knows the session key.
 */
function wrapped(ntlm: NtlmClient): ClientHandshake {
  const mechanisms = buildMechanismList([ntlmMechanism]);
  let session: SessionSecurity | undefined;
  return {
    begin: () => buildNegTokenInit(mechanisms, ntlm.negotiate()),
    prove: (answer) => {
      const token = parseNegotiationToken(answer);
      if (token.kind !== 'resp') throw new ProtocolViolation('the server answered SPNEGO with a first token of its own');
      if (token.state === 'reject') throw new NegotiationRefused('the server rejects NTLM within SPNEGO');
      if (token.supportedMechanism !== undefined && token.supportedMechanism !== ntlmMechanism)
        throw new ProtocolViolation('the server chose a mechanism that was not offered');
      if (token.responseToken === undefined) throw new ProtocolViolation('the server took no notice of the NTLM token within SPNEGO');
      const proven = ntlm.authenticate(token.responseToken);
      session = proven.session;
      if (session === undefined && token.state === 'request-mic')
        throw new ProtocolViolation('the server asks for an integrity code that it offers no keys for');
      return buildNegTokenResp({
        state: 'accept-incomplete',
        responseToken: proven.token,
        mechListMic: session?.signMechanisms(mechanisms),
      });
    },
    conclude: (answer) => {
      if (answer === undefined) throw new ProtocolViolation('the server accepted the log-in without a last SPNEGO token');
      const token = parseNegotiationToken(answer);
      if (token.kind !== 'resp' || token.state !== 'accept-completed')
        throw new ProtocolViolation('the server accepted the log-in, but its SPNEGO token does not say so');
      if (session !== undefined && (token.mechListMic === undefined || !session.areMechanisms(mechanisms, token.mechListMic)))
        throw new ProtocolViolation('the integrity code of the server’s SPNEGO token is missing or wrong');
      return session;
    },
  };
}
