/** Tags of X.690 that signatures, certificates and time stamps are made of. */
export const derTags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

/** The tag `[number]` of a constructed element, or of a primitive one. */
export const derContext = (number: number, constructed = true): number => (constructed ? 0xa0 : 0x80) | number;

/** One element. Views into the bytes it was read from. */
export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
  /** With tag and length, as it stood. */
  readonly whole: Buffer;
}

/** In one element. Certificates have about ten extensions, signatures about ten certificates. */
const MOST_ELEMENTS = 256;
/** Four bytes of length are 4 GiB. */
const MOST_LENGTH_BYTES = 4;
const MOST_ARCS = 32;

/**
 * The elements of `bytes`, which must be used up by them. Strict DER (X.690, 10 and 11): one-byte tags, definite lengths in their shortest form, nothing
 * beyond the end. Not recursive: what is inside an element is read by another call. Throws a `RangeError` that says what is wrong.
 */
export function readDer(bytes: Buffer): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = firstDer(bytes.subarray(at));
    at += element.whole.length;
    if (elements.push(element) > MOST_ELEMENTS) throw new RangeError('a DER value has too many elements');
  }
  return elements;
}

/** The first element in `bytes`, whatever comes after it. Throws a `RangeError`. */
export function firstDer(bytes: Buffer): DerElement {
  const tag = bytes[0] ?? 0;
  const first = bytes[1];
  if (first === undefined) throw new RangeError('a DER element is cut off');
  if ((tag & 0x1f) === 0x1f) throw new RangeError('a DER tag is longer than a byte');
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  // 0x80 alone means an indefinite length, which BER knows and DER does not.
  if (first === 0x80 || lengthBytes > MOST_LENGTH_BYTES || 2 + lengthBytes > bytes.length)
    throw new RangeError('a DER length is indefinite, cut off or too long');
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(2, lengthBytes);
  const start = 2 + lengthBytes;
  if (derLength(length).length !== 1 + lengthBytes) throw new RangeError('a DER length is not in its shortest form');
  if (length > bytes.length - start) throw new RangeError('a DER element is longer than what holds it');
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(0, start + length) };
}

/** Takes the elements of a constructed value one by one. Each `take` throws a `RangeError` that names `what` when something else stands there. */
export class DerFields {
  readonly #elements: readonly DerElement[];
  readonly #what: string;
  #next = 0;

  constructor(content: Buffer, what: string) {
    this.#elements = readDer(content);
    this.#what = what;
  }

  take(tag: number): DerElement {
    const element = this.takeIf(tag);
    if (element === undefined) throw new RangeError(`${this.#what} is not put together as it has to be`);
    return element;
  }

  takeIf(tag: number): DerElement | undefined {
    const element = this.#elements[this.#next];
    if (element?.tag !== tag) return undefined;
    this.#next += 1;
    return element;
  }

  /** The fields of a constructed element. */
  inside(tag: number): DerFields {
    return new DerFields(this.take(tag).content, this.#what);
  }

  /** What was not taken. */
  rest(): readonly DerElement[] {
    return this.#elements.slice(this.#next);
  }
}

/** Writes one element around its contents. */
export function derElement(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  return Buffer.concat([Buffer.from([tag]), derLength(length), ...contents]);
}

export const derSequence = (...contents: readonly Uint8Array[]): Buffer => derElement(derTags.sequence, ...contents);

/** Writes an INTEGER that is not negative, of big-endian bytes. */
export function derUnsigned(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  // A set top bit would mean a negative number.
  return derElement(derTags.integer, (digits[0] ?? 0) & 0x80 ? Buffer.from([0]) : Buffer.alloc(0), digits);
}

/** The big-endian hexadecimal digits of an INTEGER's content, without leading zeros. */
export const hexOfInteger = (content: Buffer): string => content.toString('hex').replace(/^(?:00)+(?=.)/, '');

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Math.ceil((32 - Math.clz32(length)) / 8);
  const written = Buffer.alloc(1 + bytes, 0x80 | bytes);
  written.writeUIntBE(length, 1, bytes);
  return written;
}

/** Writes an object identifier, `1.3.6.1.5.5.7.3.3`, with its tag. */
export function derObjectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return derElement(derTags.objectIdentifier, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(arc: number): readonly number[] {
  const digits = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left % 128));
  return digits;
}

/** Reads the content of an object identifier: `1.3.6.1.5.5.7.3.3`. Throws a `RangeError`. */
export function readObjectIdentifier(content: Buffer): string {
  const arcs: number[] = [];
  let arc = 0;
  let begun = false;
  for (const byte of content) {
    // A leading zero digit would make two writings of one identifier.
    if ((!begun && byte === 0x80) || arc > Number.MAX_SAFE_INTEGER / 128 || arcs.length === MOST_ARCS)
      throw new RangeError('an object identifier is not in its shortest form, or too long');
    arc = arc * 128 + (byte & 0x7f);
    begun = byte >= 0x80;
    if (!begun) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [joined, ...rest] = arcs;
  if (joined === undefined || begun) throw new RangeError('an object identifier is cut off');
  const first = Math.min(2, Math.floor(joined / 40));
  return [first, joined - first * 40, ...rest].join('.');
}

// 20261121143305Z, 20261121143305.25Z
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/;

/** Reads the content of a GeneralizedTime as an instant with milliseconds. Throws a `RangeError`. */
export function readGeneralizedTime(content: Buffer): string {
  const [, year, month, day, hours, minutes, seconds, fraction = '.0'] = GENERALIZED_TIME.exec(content.toString('latin1')) ?? [];
  if (year === undefined) throw new RangeError('a time is none');
  const time = new Date(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}${fraction.slice(0, 4)}Z`);
  if (Number.isNaN(time.getTime())) throw new RangeError('a time is none');
  return time.toISOString();
}
