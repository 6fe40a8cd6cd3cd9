import { randomBytes } from 'node:crypto';
import type { Secret } from '../../core/secret.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import { avFlagMicProvided, avIds, buildAvPairs, parseAvPairs } from './av-pairs.ts';
import { flags, hasFlags, neededFlags, wantedFlags } from './flags.ts';
import { buildAuthenticate, buildNegotiate, micOffset, parseChallenge } from './messages.ts';
import { clientChallengeBlob, fileTime, hmacMd5, proof, responseKey, sessionBaseKey, utf16 } from './ntlmv2.ts';
import { Rc4 } from './rc4.ts';
import { SessionSecurity } from './session-security.ts';

/** Who logs in. */
export interface NtlmCredential {
  readonly user: string;
  /** Empty for an account of the guest itself. */
  readonly domain: string;
  readonly password: Secret;
}

/** Splits `DOMAIN\user`; anything else is a user of the guest itself, `user@domain` included, which goes over the wire whole. */
export function ntlmCredential(name: string, password: Secret): NtlmCredential {
  const [domain, user] = name.includes('\\') ? [name.slice(0, name.indexOf('\\')), name.slice(name.indexOf('\\') + 1)] : ['', name];
  return { user, domain: domain === '.' ? '' : domain, password };
}

/** The client's half of one NTLMv2 handshake ([MS-NLMP] 3.1.5). One object per connection. */
export class NtlmClient {
  readonly #credential: NtlmCredential;
  readonly #negotiate: Buffer = buildNegotiate();

  constructor(credential: NtlmCredential) {
    this.#credential = credential;
  }

  /** The first token. */
  negotiate(): Buffer {
    return this.#negotiate;
  }

  /** The last token, and the session that holds once the server has accepted it. */
  authenticate(challengeMessage: Buffer): { readonly token: Buffer; readonly session: SessionSecurity } {
    const challenge = parseChallenge(challengeMessage);
    if (!hasFlags(challenge.flags, neededFlags | flags.unicode))
      throw new ProtocolViolation('the server does not offer NTLM with 128-bit sealing');
    const { user, domain, password } = this.#credential;
    const pairs = new Map(parseAvPairs(challenge.targetInfo));
    const serverTime = pairs.get(avIds.timestamp);
    const avFlags = Buffer.alloc(4);
    pairs.get(avIds.flags)?.copy(avFlags);
    avFlags.writeUInt8(avFlags.readUInt8() | avFlagMicProvided);
    pairs.set(avIds.flags, avFlags);
    const key = responseKey(password.reveal(), user, domain);
    const blob = clientChallengeBlob(serverTime ?? fileTime(Date.now()), randomBytes(8), buildAvPairs(pairs));
    const ntProof = proof(key, challenge.serverChallenge, blob);
    const baseKey = sessionBaseKey(key, ntProof);
    const exchanges = hasFlags(challenge.flags, flags.keyExchange);
    const sessionKey = exchanges ? randomBytes(16) : baseKey;
    const encryptedSessionKey = exchanges ? Buffer.from(sessionKey) : Buffer.alloc(0);
    new Rc4(baseKey).apply(encryptedSessionKey);
    const token = buildAuthenticate({
      flags: (wantedFlags & challenge.flags) >>> 0,
      // With a server time the LM response must be empty of meaning ([MS-NLMP] 3.1.5.1.2).
      lmResponse: Buffer.alloc(24),
      ntResponse: Buffer.concat([ntProof, blob]),
      domain: utf16(domain),
      user: utf16(user),
      workstation: Buffer.alloc(0),
      encryptedSessionKey,
    });
    hmacMd5(sessionKey, this.#negotiate, challengeMessage, token).copy(token, micOffset);
    return { token, session: new SessionSecurity('client', sessionKey, exchanges) };
  }
}
