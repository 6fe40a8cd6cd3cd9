import { randomBytes } from 'node:crypto';
import type { Secret } from '../../core/secret.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import { avFlagMicProvided, avIds, buildAvPairs, parseAvPairs } from './av-pairs.ts';
import { exchangesKey, flags, hasFlags, namesOf, sealingFlags, signingFlags, wantedFlags } from './flags.ts';
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

/** What an NTLM log-in takes beside who logs in. */
export interface NtlmOptions {
  /** Hash that ties the log-in to its TLS connection; see `channelBindingHash`. */
  readonly channelBinding?: Buffer | undefined;
  /** Whether messages will be sealed, so that a server that cannot is refused. Default true. */
  readonly seals?: boolean;
}

/** The server would log the user in, but not in a way that messages can be sealed afterwards. */
export class TooWeak extends Error {
  override readonly name = 'TooWeak';
}

/** The client's half of one NTLMv2 handshake ([MS-NLMP] 3.1.5). One object per connection. */
export class NtlmClient {
  readonly #credential: NtlmCredential;
  readonly #options: NtlmOptions;
  readonly #negotiate: Buffer = buildNegotiate();

  constructor(credential: NtlmCredential, options: NtlmOptions = {}) {
    this.#credential = credential;
    this.#options = options;
  }

  /** The first token. */
  negotiate(): Buffer {
    return this.#negotiate;
  }

  /**
   * The last token, and the session that holds once the server has accepted it: always there when messages are to be sealed, and otherwise unless the
   * server has no integrity codes. Throws a {@link TooWeak} or, for a challenge that is none, a {@link ProtocolViolation}.
   */
  authenticate(challengeMessage: Buffer): { readonly token: Buffer; readonly session: SessionSecurity | undefined } {
    const challenge = parseChallenge(challengeMessage);
    const missing = namesOf(sealingFlags & ~challenge.flags);
    if (!hasFlags(challenge.flags, flags.unicode)) throw new ProtocolViolation('the NTLM challenge is not in Unicode');
    if (missing.length > 0 && this.#options.seals !== false) throw new TooWeak(`NTLM without ${missing.join(', ')}`);
    const { user, domain, password } = this.#credential;
    const pairs = new Map(parseAvPairs(challenge.targetInfo));
    const serverTime = pairs.get(avIds.timestamp);
    if (serverTime !== undefined && serverTime.length !== 8) throw new ProtocolViolation('the time in the NTLM challenge is none');
    const avFlags = Buffer.alloc(4);
    pairs.get(avIds.flags)?.copy(avFlags);
    avFlags.writeUInt8(avFlags.readUInt8() | avFlagMicProvided);
    pairs.set(avIds.flags, avFlags);
    // Sixteen zeros for none at all are allowed by the specification, and refused by Windows over HTTPS.
    if (this.#options.channelBinding) pairs.set(avIds.channelBindings, this.#options.channelBinding);
    else pairs.delete(avIds.channelBindings);
    const key = responseKey(password.reveal(), user, domain);
    const blob = clientChallengeBlob(serverTime ?? fileTime(Date.now()), randomBytes(8), buildAvPairs(pairs));
    const ntProof = proof(key, challenge.serverChallenge, blob);
    const baseKey = sessionBaseKey(key, ntProof);
    const exchanges = exchangesKey(challenge.flags);
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
    return { token, session: hasFlags(challenge.flags, signingFlags) ? new SessionSecurity('client', sessionKey, exchanges) : undefined };
  }
}
