import * as der from '../../core/der.ts';
import { ProtocolViolation } from '../protocol-violation.ts';

/** Tags of X.690 that occur in the tokens and certificates read here. */
export const derTags = {
  ...der.derTags,
  enumerated: 0x0a,
  /** `[APPLICATION 0]`, around the first token of a GSS-API mechanism. */
  application0: 0x60,
} as const;

/** The tag `[number]` of a constructed element. */
export const contextTag = (number: number): number => der.derContext(number);

export const { derElement, derObjectIdentifier } = der;

/** The elements of `bytes`, which must be used up by them. Throws a {@link ProtocolViolation}. */
export const readDer = (bytes: Buffer): readonly der.DerElement[] => orViolation(() => der.readDer(bytes));

/** The first element in `bytes`, whatever comes after it. Throws a {@link ProtocolViolation}. */
export const firstDer = (bytes: Buffer): der.DerElement => orViolation(() => der.firstDer(bytes));

/** Reads the content of an object identifier: `1.3.6.1.5.5.2`. Throws a {@link ProtocolViolation}. */
export const readObjectIdentifier = (content: Buffer): string => orViolation(() => der.readObjectIdentifier(content));

/** The content of the one element in `bytes`, which must have this tag. Throws a {@link ProtocolViolation}. */
export function readDerContent(bytes: Buffer, tag: number): Buffer {
  const [element, ...more] = readDer(bytes);
  if (element?.tag !== tag || more.length > 0) throw new ProtocolViolation(`a DER element with tag ${tag} was expected`);
  return element.content;
}

/** What is wrong with the bytes of a peer is the peer's fault. */
function orViolation<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof RangeError ? new ProtocolViolation(error.message, { cause: error }) : error;
  }
}
