import { ProtocolViolation } from '../protocol-violation.ts';
import { wantedFlags } from './flags.ts';

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');
/** Version 10.0.19041 with revision 15, as Windows 10 says ([MS-NLMP] 2.2.2.10). */
const VERSION = Buffer.from([10, 0, 0x61, 0x4a, 0, 0, 0, 15]);
const MOST_BYTES = 16_384;

/** Where the integrity code of sixteen bytes stands in an AUTHENTICATE message ([MS-NLMP] 2.2.1.3). */
export const micOffset = 72;
const AUTHENTICATE_HEADER = 88;

/** The type of an NTLMSSP message (1 to 3). Throws a {@link ProtocolViolation} when it is none. */
export function messageType(message: Buffer): number {
  if (message.length < 12 || message.length > MOST_BYTES || !message.subarray(0, 8).equals(SIGNATURE))
    throw new ProtocolViolation('the token is not an NTLMSSP message');
  return message.readUInt32LE(8);
}

function begin(type: number, sizeBytes: number): Buffer {
  const message = Buffer.alloc(sizeBytes);
  SIGNATURE.copy(message);
  message.writeUInt32LE(type, 8);
  return message;
}

function writeField(header: Buffer, at: number, value: Buffer, offset: number): void {
  header.writeUInt16LE(value.length, at);
  header.writeUInt16LE(value.length, at + 2);
  header.writeUInt32LE(offset, at + 4);
}

function readField(message: Buffer, at: number): Buffer {
  if (at + 8 > message.length) throw new ProtocolViolation('an NTLMSSP message is too short');
  const length = message.readUInt16LE(at);
  const offset = message.readUInt32LE(at + 4);
  if (offset + length > message.length) throw new ProtocolViolation('an NTLMSSP message points outside itself');
  return message.subarray(offset, offset + length);
}

/** NEGOTIATE: the client's offer ([MS-NLMP] 2.2.1.1). */
export function buildNegotiate(): Buffer {
  const message = begin(1, 40);
  message.writeUInt32LE(wantedFlags, 12);
  writeField(message, 16, Buffer.alloc(0), 40);
  writeField(message, 24, Buffer.alloc(0), 40);
  VERSION.copy(message, 32);
  return message;
}

/** Reads the client's offer ([MS-NLMP] 2.2.1.1). Throws a {@link ProtocolViolation}. */
export function parseNegotiate(message: Buffer): { readonly flags: number } {
  if (messageType(message) !== 1 || message.length < 16) throw new ProtocolViolation('an NTLM NEGOTIATE was expected');
  return { flags: message.readUInt32LE(12) };
}

/** CHALLENGE: the server's answer ([MS-NLMP] 2.2.1.2). */
export interface Challenge {
  readonly flags: number;
  readonly serverChallenge: Buffer;
  readonly targetName: Buffer;
  readonly targetInfo: Buffer;
}

/** Writes the server's answer ([MS-NLMP] 2.2.1.2), with the version of Windows that is claimed here. */
export function buildChallenge(challenge: Challenge): Buffer {
  const header = begin(2, 56);
  writeField(header, 12, challenge.targetName, 56);
  header.writeUInt32LE(challenge.flags, 20);
  challenge.serverChallenge.copy(header, 24);
  writeField(header, 40, challenge.targetInfo, 56 + challenge.targetName.length);
  VERSION.copy(header, 48);
  return Buffer.concat([header, challenge.targetName, challenge.targetInfo]);
}

/** Reads the server's answer ([MS-NLMP] 2.2.1.2). Views into the message. Throws a {@link ProtocolViolation}. */
export function parseChallenge(message: Buffer): Challenge {
  if (messageType(message) !== 2 || message.length < 48) throw new ProtocolViolation('an NTLM CHALLENGE was expected');
  return {
    targetName: readField(message, 12),
    flags: message.readUInt32LE(20),
    serverChallenge: message.subarray(24, 32),
    targetInfo: readField(message, 40),
  };
}

/** AUTHENTICATE: the client's proof ([MS-NLMP] 2.2.1.3). Texts as they stand on the wire. */
export interface Authenticate {
  readonly flags: number;
  readonly lmResponse: Buffer;
  readonly ntResponse: Buffer;
  readonly domain: Buffer;
  readonly user: Buffer;
  readonly workstation: Buffer;
  readonly encryptedSessionKey: Buffer;
}

/** Writes the client's proof ([MS-NLMP] 2.2.1.3), with sixteen zeros where the integrity code belongs. */
export function buildAuthenticate(fields: Authenticate): Buffer {
  const header = begin(3, AUTHENTICATE_HEADER);
  // The order of the payload is free; this is the one Windows writes.
  const payload: readonly (readonly [number, Buffer])[] = [
    [28, fields.domain],
    [36, fields.user],
    [44, fields.workstation],
    [12, fields.lmResponse],
    [20, fields.ntResponse],
    [52, fields.encryptedSessionKey],
  ];
  let offset = AUTHENTICATE_HEADER;
  for (const [at, value] of payload) {
    writeField(header, at, value, offset);
    offset += value.length;
  }
  header.writeUInt32LE(fields.flags, 60);
  VERSION.copy(header, 64);
  return Buffer.concat([header, ...payload.map(([, value]) => value)]);
}

/** Reads the client's proof ([MS-NLMP] 2.2.1.3). Views into the message; nothing of it is proven yet. Throws a {@link ProtocolViolation}. */
export function parseAuthenticate(message: Buffer): Authenticate {
  if (messageType(message) !== 3 || message.length < 64) throw new ProtocolViolation('an NTLM AUTHENTICATE was expected');
  return {
    lmResponse: readField(message, 12),
    ntResponse: readField(message, 20),
    domain: readField(message, 28),
    user: readField(message, 36),
    workstation: readField(message, 44),
    encryptedSessionKey: readField(message, 52),
    flags: message.readUInt32LE(60),
  };
}
