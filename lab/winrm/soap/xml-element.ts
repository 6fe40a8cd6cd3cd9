import { ProtocolViolation } from '../protocol-violation.ts';
import type { CutText } from './xml-scan.ts';

/** An element with its namespace resolved. */
export class XmlElement {
  readonly namespace: string;
  /** Without prefix. */
  readonly name: string;
  /** By local name: clients write `mustUnderstand` with and without a prefix. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly #text: string | CutText;

  constructor(
    namespace: string,
    name: string,
    attributes: ReadonlyMap<string, string>,
    children: readonly XmlElement[],
    text: string | CutText,
  ) {
    this.namespace = namespace;
    this.name = name;
    this.attributes = attributes;
    this.children = children;
    this.#text = text;
  }

  /** Its own text, without that of its children. */
  get text(): string {
    return typeof this.#text === 'string' ? this.#text : this.#text.text.toString('latin1');
  }

  /** Its text read as base64. Throws a {@link ProtocolViolation} for anything else. */
  base64(): Buffer {
    // aGVsbG8=
    if (typeof this.#text === 'string' && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(this.#text))
      throw new ProtocolViolation(`${this.name} does not hold base64`);
    const text = this.#text;
    return typeof text === 'string' ? Buffer.from(text, 'base64') : (text.bytes ?? Buffer.from(text.text.toString('latin1'), 'base64'));
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
