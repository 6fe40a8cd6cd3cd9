import { ProtocolViolation } from '../protocol-violation.ts';

/** Tags of X.690 that occur in the tokens and certificates read here. */
export const derTags = {
  octetString: 0x04,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  sequence: 0x30,
  /** `[APPLICATION 0]`, around the first token of a GSS-API mechanism. */
  application0: 0x60,
} as const;

/** The tag `[number]` of a constructed element. */
export const contextTag = (number: number): number => 0xa0 | number;

/** One element. Views into the bytes it was read from. */
export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
  /** With tag and length, as it stood. */
  readonly whole: Buffer;
}

/** Far above what a token or a certificate needs. */
const MOST_ELEMENTS = 64;
/** Four bytes of length are 4 GiB. */
const MOST_LENGTH_BYTES = 4;
const MOST_ARCS = 32;

/**
 * The elements of `bytes`, which must be used up by them. Strict DER (X.690, 10 and 11): one-byte tags, definite lengths in their shortest form,
 * nothing beyond the end. Not recursive: what is inside an element is read by another call. Throws a {@link ProtocolViolation}.
 */
export function readDer(bytes: Buffer): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = elementAt(bytes, at);
    at += element.whole.length;
    if (elements.push(element) > MOST_ELEMENTS) throw new ProtocolViolation('a DER value has too many elements');
  }
  return elements;
}

/** The first element in `bytes`, whatever comes after it. Throws a {@link ProtocolViolation}. */
export const firstDer = (bytes: Buffer): DerElement => elementAt(bytes, 0);

/** The content of the one element in `bytes`, which must have this tag. Throws a {@link ProtocolViolation}. */
export function readDerContent(bytes: Buffer, tag: number): Buffer {
  const [element, ...more] = readDer(bytes);
  if (element?.tag !== tag || more.length > 0) throw new ProtocolViolation(`a DER element with tag ${tag} was expected`);
  return element.content;
}

function elementAt(bytes: Buffer, start: number): DerElement {
  const tag = bytes[start] ?? 0;
  if ((tag & 0x1f) === 0x1f) throw new ProtocolViolation('a DER tag is longer than a byte');
  const first = bytes[start + 1];
  if (first === undefined) throw new ProtocolViolation('a DER element is cut off');
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  let at = start + 2;
  let length = first;
  if (lengthBytes > 0) {
    if (lengthBytes > MOST_LENGTH_BYTES || at + lengthBytes > bytes.length)
      throw new ProtocolViolation('a DER length is cut off or too long');
    length = bytes.readUIntBE(at, lengthBytes);
    at += lengthBytes;
  }
  // 0x80 alone means an indefinite length, which BER knows and DER does not.
  if (first === 0x80 || derLength(length).length !== 1 + lengthBytes)
    throw new ProtocolViolation('a DER length is not in its shortest form');
  if (length > bytes.length - at) throw new ProtocolViolation('a DER element is longer than what holds it');
  return { tag, content: bytes.subarray(at, at + length), whole: bytes.subarray(start, at + length) };
}

/** Writes one element around its contents. */
export function derElement(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  return Buffer.concat([Buffer.from([tag]), derLength(length), ...contents]);
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Math.ceil((32 - Math.clz32(length)) / 8);
  const written = Buffer.alloc(1 + bytes, 0x80 | bytes);
  written.writeUIntBE(length, 1, bytes);
  return written;
}

/** Writes an object identifier, `1.3.6.1.5.5.2`, with its tag. */
export function derObjectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return derElement(derTags.objectIdentifier, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(arc: number): readonly number[] {
  const digits = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left % 128));
  return digits;
}

/** Reads the content of an object identifier: `1.3.6.1.5.5.2`. Throws a {@link ProtocolViolation}. */
export function readObjectIdentifier(content: Buffer): string {
  const arcs: number[] = [];
  let arc = 0;
  let begun = false;
  for (const byte of content) {
    // A leading zero digit would make two writings of one identifier.
    if ((!begun && byte === 0x80) || arc > Number.MAX_SAFE_INTEGER / 128 || arcs.length === MOST_ARCS)
      throw new ProtocolViolation('an object identifier is not in its shortest form, or too long');
    arc = arc * 128 + (byte & 0x7f);
    begun = byte >= 0x80;
    if (!begun) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [joined, ...rest] = arcs;
  if (joined === undefined || begun) throw new ProtocolViolation('an object identifier is cut off');
  const first = Math.min(2, Math.floor(joined / 40));
  return [first, joined - first * 40, ...rest].join('.');
}
