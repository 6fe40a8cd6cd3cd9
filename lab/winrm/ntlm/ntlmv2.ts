import { createHmac } from 'node:crypto';
import { md4 } from './md4.ts';

/** HMAC-MD5 (RFC 2104) over the pieces in order. */
export const hmacMd5 = (key: Uint8Array, ...pieces: readonly Uint8Array[]): Buffer => {
  const hmac = createHmac('md5', key);
  for (const piece of pieces) hmac.update(piece);
  return hmac.digest();
};

/** A text as NTLM writes it: UTF-16, low byte first, without an end mark ([MS-NLMP] 2.2). */
export const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

/** The user's response key: NTOWFv2 ([MS-NLMP] 3.3.2). `domain` exactly as it goes over the wire. */
export const responseKey = (password: string, user: string, domain: string): Buffer =>
  hmacMd5(md4(utf16(password)), utf16(user.toUpperCase() + domain));

/** 100-nanosecond intervals since 1601: FILETIME ([MS-DTYP] 2.3.3). */
export function fileTime(unixMs: number): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE((BigInt(Math.trunc(unixMs)) + 11_644_473_600_000n) * 10_000n);
  return time;
}

/** The part of the response that is computed by the client and sent in clear: NTLMv2_CLIENT_CHALLENGE ([MS-NLMP] 2.2.2.7). */
export const clientChallengeBlob = (time: Buffer, clientChallenge: Buffer, targetInfo: Buffer): Buffer =>
  Buffer.concat([Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]), time, clientChallenge, Buffer.alloc(4), targetInfo, Buffer.alloc(4)]);

/** Where the target information begins in that blob. */
export const targetInfoOffset = 28;

/** NTProofStr ([MS-NLMP] 3.3.2): proves the password against both challenges. */
export const proof = (key: Buffer, serverChallenge: Buffer, blob: Buffer): Buffer => hmacMd5(key, serverChallenge, blob);

/** SessionBaseKey ([MS-NLMP] 3.3.2), which with NTLMv2 is also the key exchange key (3.4.5.1). */
export const sessionBaseKey = (key: Buffer, ntProof: Buffer): Buffer => hmacMd5(key, ntProof);
