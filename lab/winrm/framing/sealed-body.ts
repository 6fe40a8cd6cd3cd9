import type { SessionSecurity } from '../ntlm/session-security.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import { type XmlPart, sizeOfParts, writeParts } from '../soap/xml-parts.ts';

const BOUNDARY = 'Encrypted Boundary';
const PROTOCOL = 'application/HTTP-SPNEGO-session-encrypted';
const TAIL = Buffer.from(`--${BOUNDARY}--\r\n`, 'latin1');
const SIGNATURE_BYTES = 16;
/** The two part headers together are some 230 bytes. */
const MOST_HEAD_BYTES = 2048;

/** Content-Type of a message that is not sealed: SOAP 1.2 (RFC 3902). */
export const soapContentType = 'application/soap+xml;charset=UTF-8';
/** Content-Type of a message sealed under NTLM ([MS-WSMV] 2.2.9.1.1.1). */
export const sealedContentType: string = `multipart/encrypted;protocol="${PROTOCOL}";boundary="${BOUNDARY}"`;

/** Whether a Content-Type says that the body is sealed. */
export const isSealed = (contentType: string | undefined): boolean =>
  contentType !== undefined && /^\s*multipart\/encrypted\b/i.test(contentType);

/**
 * Builds a sealed HTTP body ([MS-WSMV] 2.2.9.1): part headers as Windows writes them, signature, ciphertext. One buffer, of `room`; sealing happens
 * in place.
 */
export function sealBody(
  parts: readonly XmlPart[],
  session: SessionSecurity,
  room: (sizeBytes: number) => Buffer = (sizeBytes) => Buffer.allocUnsafe(sizeBytes),
): Buffer {
  const plainBytes = sizeOfParts(parts);
  const head = Buffer.from(
    `--${BOUNDARY}\r\n\tContent-Type: ${PROTOCOL}\r\n\tOriginalContent: type=${soapContentType};Length=${plainBytes}\r\n` +
      `--${BOUNDARY}\r\n\tContent-Type: application/octet-stream\r\n`,
    'latin1',
  );
  const sealedAt = head.length + 4 + SIGNATURE_BYTES;
  const body = room(sealedAt + plainBytes + TAIL.length);
  head.copy(body);
  body.writeUInt32LE(SIGNATURE_BYTES, head.length);
  writeParts(parts, body, sealedAt);
  session.seal(body.subarray(sealedAt, sealedAt + plainBytes)).copy(body, head.length + 4);
  TAIL.copy(body, sealedAt + plainBytes);
  return body;
}

/** A sealed body taken apart. Views into the body. */
export interface SealedBody {
  readonly signature: Buffer;
  readonly ciphertext: Buffer;
}

/**
 * Takes a sealed body apart. Lenient about tabs, case and an own boundary, strict about every length: the ciphertext is binary and is found by
 * the length the head declares, never by searching it. Throws a {@link ProtocolViolation}.
 */
export function openSealedBody(body: Buffer, contentType: string): SealedBody {
  // boundary="Encrypted Boundary" or boundary=x
  const boundary = /boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  const name = boundary?.[1] ?? boundary?.[2];
  if (name === undefined) throw new ProtocolViolation('a sealed message names no boundary');
  const head = body.toString('latin1', 0, Math.min(body.length, MOST_HEAD_BYTES));
  const first = head.indexOf(`--${name}`);
  const second = head.indexOf(`--${name}`, first + name.length + 2);
  if (first === -1 || second === -1 || head.slice(0, first).trim() !== '')
    throw new ProtocolViolation('a sealed message does not begin with its two boundaries');
  // OriginalContent: type=application/soap+xml;charset=UTF-8;Length=1714
  const declared = /^\s*OriginalContent:[^\r\n]*;\s*Length=(\d{1,9})\s*$/im.exec(head.slice(first, second));
  if (!declared) throw new ProtocolViolation('a sealed message does not say how long it is');
  // Content-Type: application/octet-stream, with or without an empty line after it
  const octets = /^[^\r\n]*\r?\n[\t ]*Content-Type:[\t ]*application\/octet-stream[^\r\n]*\r\n(?:\r\n)?/i.exec(head.slice(second));
  if (!octets) throw new ProtocolViolation('a sealed message has no encrypted part');
  const at = second + octets[0].length;
  const plainBytes = Number(declared[1]);
  const cipherAt = at + 4 + SIGNATURE_BYTES;
  const cipherEnd = cipherAt + plainBytes;
  if (cipherEnd > body.length || body.readUInt32LE(at) !== SIGNATURE_BYTES)
    throw new ProtocolViolation('a sealed message is shorter than it says');
  // Some clients put a line break before the closing boundary, some none after it.
  if (
    body.toString('latin1', cipherEnd, cipherEnd + name.length + 16).trim() !== `--${name}--` ||
    body.length > cipherEnd + name.length + 8
  ) {
    throw new ProtocolViolation('a sealed message does not end with its boundary');
  }
  return { signature: body.subarray(at + 4, cipherAt), ciphertext: body.subarray(cipherAt, cipherEnd) };
}

/** Opens and decrypts a sealed body in place. Throws a {@link ProtocolViolation}; the session is then unusable. */
export function unsealBody(body: Buffer, contentType: string, session: SessionSecurity): Buffer {
  const { signature, ciphertext } = openSealedBody(body, contentType);
  session.unseal(signature, ciphertext);
  return ciphertext;
}
