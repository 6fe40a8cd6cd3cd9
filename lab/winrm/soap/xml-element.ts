import { ProtocolViolation } from '../protocol-violation.ts';

/** An element with its namespace resolved. */
export class XmlElement {
  readonly namespace: string;
  /** Without prefix. */
  readonly name: string;
  /** By local name: clients write `mustUnderstand` with and without a prefix. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly #text: string | Buffer;

  constructor(
    namespace: string,
    name: string,
    attributes: ReadonlyMap<string, string>,
    children: readonly XmlElement[],
    text: string | Buffer,
  ) {
    this.namespace = namespace;
    this.name = name;
    this.attributes = attributes;
    this.children = children;
    this.#text = text;
  }

  /** Its own text, without that of its children. */
  get text(): string {
    return typeof this.#text === 'string' ? this.#text : this.#text.toString('latin1');
  }

  /** Its text read as base64. Throws a {@link ProtocolViolation} for anything else. */
  base64(): Buffer {
    // aGVsbG8=
    if (typeof this.#text === 'string' && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(this.#text))
      throw new ProtocolViolation(`${this.name} does not hold base64`);
    const text = this.#text;
    return typeof text === 'string' ? Buffer.from(text, 'base64') : decoded(text);
  }

  /** The first child of that name, if any. */
  find(namespace: string, name: string): XmlElement | undefined {
    return this.children.find((child) => child.name === name && child.namespace === namespace);
  }

  findAll(namespace: string, name: string): readonly XmlElement[] {
    return this.children.filter((child) => child.name === name && child.namespace === namespace);
  }

  /** The first child of that name; throws a {@link ProtocolViolation} when there is none. */
  get(namespace: string, name: string): XmlElement {
    const found = this.find(namespace, name);
    if (found === undefined) throw new ProtocolViolation(`${this.name} has no ${name}`);
    return found;
  }

  /** The trimmed text of a child, if it is there. */
  textOf(namespace: string, name: string): string | undefined {
    return this.find(namespace, name)?.text.trim();
  }
}

/** Characters decoded at a time; divisible by 4. Larger strings are old to V8 from the beginning and cost full garbage collections. */
const SLICE_CHARACTERS = 64_000;
const PADDING = 0x3d;

/** Base64 that stands in bytes. Slices of it can be decoded by themselves only when nothing shifts them: no folding and no padding but at its end. */
function decoded(text: Buffer): Buffer {
  const padding = text.indexOf(PADDING);
  const folded = [' ', '\t', '\r', '\n'].some((character) => text.includes(character));
  if (folded || (padding !== -1 && padding < text.length - 2)) return Buffer.from(text.toString('latin1'), 'base64');
  const target = Buffer.allocUnsafe(Math.ceil(text.length / 4) * 3);
  let end = 0;
  for (let from = 0; from < text.length; from += SLICE_CHARACTERS)
    end += target.write(text.toString('latin1', from, Math.min(from + SLICE_CHARACTERS, text.length)), end, 'base64');
  return target.subarray(0, end);
}
