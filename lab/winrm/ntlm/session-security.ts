import { createHash, timingSafeEqual } from 'node:crypto';
import { ProtocolViolation } from '../protocol-violation.ts';
import { hmacMd5 } from './ntlmv2.ts';
import { Rc4 } from './rc4.ts';

/** Which side of the session this is; keys differ by direction. */
export type Side = 'client' | 'server';

const MAGIC = { client: 'client-to-server', server: 'server-to-client' } as const;

/** Signing or sealing key of a direction under extended session security with 128 bits ([MS-NLMP] 3.4.5.2, 3.4.5.3). */
export const directionKey = (sessionKey: Uint8Array, from: Side, purpose: 'signing' | 'sealing'): Buffer =>
  createHash('md5').update(sessionKey).update(`session key to ${MAGIC[from]} ${purpose} key magic constant\0`, 'latin1').digest();

/** One direction: its keys, the running cipher and the sequence number. */
class Direction {
  readonly #signingKey: Buffer;
  #cipher: Rc4;
  readonly #exchangedKey: boolean;
  #sequence = 0;

  constructor(sessionKey: Uint8Array, from: Side, exchangedKey: boolean) {
    this.#signingKey = directionKey(sessionKey, from, 'signing');
    this.#cipher = new Rc4(directionKey(sessionKey, from, 'sealing'));
    this.#exchangedKey = exchangedKey;
  }

  applyCipher(bytes: Uint8Array): void {
    this.#cipher.apply(bytes);
  }

  /** MAC ([MS-NLMP] 3.4.4.2). Uses the cipher after the message it covers, so the order of calls matters. */
  signature(checksum: Buffer): Buffer {
    if (this.#exchangedKey) this.#cipher.apply(checksum);
    const signature = Buffer.alloc(16);
    signature.writeUInt32LE(1, 0);
    checksum.copy(signature, 4);
    signature.writeUInt32LE(this.#sequence, 12);
    this.#sequence = (this.#sequence + 1) >>> 0;
    return signature;
  }

  /** MAC of a text that is not encrypted. Takes a sequence number and leaves the cipher as it was ([MS-SPNG] 3.3.5.1). */
  mechanismSignature(list: Uint8Array): Buffer {
    const kept = this.#cipher.copy();
    const signature = this.signature(this.checksum(list));
    this.#cipher = kept;
    return signature;
  }

  checksum(plaintext: Uint8Array): Buffer {
    const sequence = Buffer.alloc(4);
    sequence.writeUInt32LE(this.#sequence);
    return hmacMd5(this.#signingKey, sequence, plaintext).subarray(0, 8);
  }
}

/**
 * Sealing and unsealing of one authenticated connection ([MS-NLMP] 3.4). Messages must be sealed in the order they are sent and unsealed in the
 * order they were: each carries a sequence number and the cipher runs on from message to message.
 */
export class SessionSecurity {
  readonly #out: Direction;
  readonly #in: Direction;

  constructor(side: Side, sessionKey: Uint8Array, exchangedKey = true) {
    this.#out = new Direction(sessionKey, side, exchangedKey);
    this.#in = new Direction(sessionKey, side === 'client' ? 'server' : 'client', exchangedKey);
  }

  /** Encrypts `bytes` in place and returns their 16-byte signature. */
  seal(bytes: Uint8Array): Buffer {
    const checksum = this.#out.checksum(bytes);
    this.#out.applyCipher(bytes);
    return this.#out.signature(checksum);
  }

  /**
   * The integrity code over SPNEGO's list of mechanisms (RFC 4178, 5). It comes before the first message: it has sequence number 0, the first
   * message has 1, and both begin at the same place of the cipher ([MS-SPNG] 3.3.5.1).
   */
  signMechanisms(list: Uint8Array): Buffer {
    return this.#out.mechanismSignature(list);
  }

  /** Whether the other side's integrity code is right. When it is not, the session must not be used. */
  areMechanisms(list: Uint8Array, signature: Uint8Array): boolean {
    const expected = this.#in.mechanismSignature(list);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  }

  /** Decrypts `bytes` in place. Throws a {@link ProtocolViolation} when they are not what the other side sealed next; the session is then unusable. */
  unseal(signature: Uint8Array, bytes: Uint8Array): void {
    this.#in.applyCipher(bytes);
    const expected = this.#in.signature(this.#in.checksum(bytes));
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
      throw new ProtocolViolation('a sealed message has a wrong signature');
  }
}
