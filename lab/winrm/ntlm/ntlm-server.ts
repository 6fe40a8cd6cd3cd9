import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../core/secret.ts';
import { type BindingPolicy, isBound, unbound } from './channel-binding.ts';
import { avFlagMicProvided, avIds, buildAvPairs, parseAvPairs } from './av-pairs.ts';
import { exchangesKey, flags, hasFlags, sealingFlags, signingFlags, wantedFlags } from './flags.ts';
import { type Challenge, buildChallenge, micOffset, parseAuthenticate, parseNegotiate } from './messages.ts';
import { fileTime, hmacMd5, proof, responseKey, sessionBaseKey, targetInfoOffset, utf16 } from './ntlmv2.ts';
import { Rc4 } from './rc4.ts';
import { SessionSecurity } from './session-security.ts';

/** Who logged in, under the name the server knows, and how to talk on. */
export interface Accepted {
  readonly user: string;
  /** Absent when the client did not ask for integrity codes under keys worth the name: it proved its password and no more. */
  readonly session: SessionSecurity | undefined;
  /** Whether messages may be sealed with it too. */
  readonly seals: boolean;
}

/** An account: the name as the server knows it, and its password. */
export interface Account {
  readonly name: string;
  readonly password: Secret;
}

const SHORTEST_NTLMV2 = 16 + targetInfoOffset;

/** The server's half of one NTLMv2 handshake ([MS-NLMP] 3.2.5). One object per connection; a handshake can be tried once. */
export class NtlmServer {
  readonly #computerName: string;
  readonly #binding: BindingPolicy;
  #negotiate: Buffer | undefined;
  #challenge: (Challenge & { readonly message: Buffer }) | undefined;

  constructor(computerName: string, binding: BindingPolicy = unbound) {
    this.#computerName = computerName;
    this.#binding = binding;
  }

  /** Answers the client's first token. Throws a ProtocolViolation when it is malformed. */
  challenge(negotiate: Buffer): Buffer {
    const offered = parseNegotiate(negotiate).flags;
    const name = this.#computerName.toUpperCase();
    // pywinrm's first token offers OEM names only; who does gets them ([MS-NLMP] 3.2.5.1.1).
    const oem = !hasFlags(offered, flags.unicode) && hasFlags(offered, flags.oem);
    const dnsName = utf16(this.#computerName.toLowerCase());
    const challenge = {
      flags:
        (wantedFlags & (offered | flags.targetInfo | flags.version) & ~flags.requestTarget) |
        flags.requestTarget |
        flags.targetTypeServer |
        (oem ? flags.oem : 0),
      serverChallenge: randomBytes(8),
      targetName: oem ? Buffer.from(name, 'latin1') : utf16(name),
      targetInfo: buildAvPairs(
        new Map([
          [avIds.domainName, utf16(name)],
          [avIds.computerName, utf16(name)],
          [avIds.dnsDomainName, dnsName],
          [avIds.dnsComputerName, dnsName],
          [avIds.timestamp, fileTime(Date.now())],
        ]),
      ),
    };
    challenge.flags >>>= 0;
    const message = buildChallenge(challenge);
    this.#negotiate = Buffer.from(negotiate);
    this.#challenge = { ...challenge, message };
    return message;
  }

  /**
   * Checks the client's last token; `undefined` means refused: unknown user, wrong password, weaker than NTLMv2, made for another TLS connection, or
   * with a wrong integrity code.
   * Throws a ProtocolViolation when it is malformed.
   */
  accept(message: Buffer, accounts: readonly Account[]): Accepted | undefined {
    const challenge = this.#challenge;
    const negotiate = this.#negotiate;
    this.#challenge = undefined;
    if (challenge === undefined || negotiate === undefined) return undefined;
    const fields = parseAuthenticate(message);
    const encoding = hasFlags(fields.flags, flags.unicode) ? 'utf16le' : 'latin1';
    const user = fields.user.toString(encoding);
    const account = accounts.find((candidate) => candidate.name.toUpperCase() === user.toUpperCase());
    if (account === undefined || fields.ntResponse.length < SHORTEST_NTLMV2) return undefined;
    const key = responseKey(account.password.reveal(), user, fields.domain.toString(encoding));
    const ntProof = fields.ntResponse.subarray(0, 16);
    const blob = fields.ntResponse.subarray(16);
    if (!timingSafeEqual(proof(key, challenge.serverChallenge, blob), ntProof)) return undefined;
    const baseKey = sessionBaseKey(key, ntProof);
    const exchanged = exchangesKey(fields.flags);
    if (exchanged && fields.encryptedSessionKey.length !== 16) return undefined;
    const sessionKey = exchanged ? Buffer.from(fields.encryptedSessionKey) : baseKey;
    if (exchanged) new Rc4(baseKey).apply(sessionKey);
    const pairs = parseAvPairs(blob.subarray(targetInfoOffset));
    if (!isBound(pairs.get(avIds.channelBindings), this.#binding)) return undefined;
    const avFlags = pairs.get(avIds.flags);
    const provesIntegrity = avFlags !== undefined && avFlags.length === 4 && hasFlags(avFlags.readUInt32LE(), avFlagMicProvided);
    if (provesIntegrity && !this.#hasIntegrity(sessionKey, negotiate, challenge.message, message)) return undefined;
    return {
      user: account.name,
      session: hasFlags(fields.flags, signingFlags) ? new SessionSecurity('server', sessionKey, exchanged) : undefined,
      seals: hasFlags(fields.flags, sealingFlags),
    };
  }

  /** MIC ([MS-NLMP] 3.2.5.1.2): covers all three messages, itself as zeros. */
  #hasIntegrity(sessionKey: Buffer, negotiate: Buffer, challenge: Buffer, message: Buffer): boolean {
    if (message.length < micOffset + 16) return false;
    const zeroed = Buffer.from(message);
    zeroed.fill(0, micOffset, micOffset + 16);
    return timingSafeEqual(hmacMd5(sessionKey, negotiate, challenge, zeroed), message.subarray(micOffset, micOffset + 16));
  }
}
