import { parseEnvelope } from '../../soap/envelope.ts';
import { namespaces } from '../../soap/namespaces.ts';
import type { XmlElement } from '../../soap/xml-element.ts';

/** One element of a message, apart from its children. */
export interface MessageNode {
  /** Where it stands, each name with the prefix Windows gives it: `s:Header/a:Action`. */
  readonly path: string;
  /** By local name. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Without the white space that indents messages. */
  readonly text: string;
}

/** A way in which two messages may differ and mean the same, and why. */
export interface Tolerance {
  readonly why: string;
  /** The node as it is to be compared; `undefined` leaves it out, the same node leaves it as it is. */
  readonly apply: (node: MessageNode) => MessageNode | undefined;
}

const LIMIT_BYTES = 1_000_000;

const prefixes = new Map<string, string>(Object.entries(namespaces).map(([prefix, namespace]) => [namespace, prefix]));

const qualified = ({ namespace, name }: XmlElement): string => `${prefixes.get(namespace) ?? `{${namespace}}`}:${name}`;

/** How two messages are compared. */
export interface Comparison {
  /** Applied in their order. */
  readonly tolerances: readonly Tolerance[];
  /** Parents whose children mean the same in any order. */
  readonly unordered?: RegExp;
  /** Told of each tolerance that made a difference. */
  readonly used: (tolerance: Tolerance) => void;
}

/** The elements of a message in the order of the document, as far as that order means something. */
export function messageNodes(message: string | Buffer, { tolerances, unordered, used }: Comparison): readonly MessageNode[] {
  const { header, body } = parseEnvelope(Buffer.from(message), LIMIT_BYTES);
  const visit = (element: XmlElement, parent: string): readonly (readonly MessageNode[])[] => {
    const path = parent === '' ? qualified(element) : `${parent}/${qualified(element)}`;
    let node: MessageNode | undefined = {
      path,
      attributes: Object.fromEntries([...element.attributes].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      text: element.text.trim(),
    };
    for (const tolerance of tolerances) {
      if (node === undefined) break;
      const changed: MessageNode | undefined = tolerance.apply(node);
      if (changed !== node) used(tolerance);
      node = changed;
    }
    if (node === undefined) return [];
    const children = element.children.flatMap((child) => visit(child, path));
    // A set that holds nothing any more says nothing.
    if (children.length === 0 && element.children.length > 0 && path.endsWith('Set')) return [];
    const ordered = unordered?.test(path) ? children.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : children;
    return [[node, ...ordered.flat()]];
  };
  return [header, body].flatMap((part) => (part === undefined ? [] : visit(part, '').flat()));
}

/** Leaves out what stands at a path, with all below it. */
export const without =
  (where: RegExp, unless: (node: MessageNode) => boolean = () => false): Tolerance['apply'] =>
  (node) =>
    where.test(node.path) && !unless(node) ? undefined : node;

/** Puts a word in the place of a text. */
export const text =
  (where: RegExp, change: (text: string) => string): Tolerance['apply'] =>
  (node) => {
    if (!where.test(node.path)) return node;
    const changed = change(node.text);
    return changed === node.text ? node : { ...node, text: changed };
  };

/** Changes an attribute where it is there; `undefined` takes it away. */
export const attribute =
  (where: RegExp, name: string, change: (value: string) => string | undefined): Tolerance['apply'] =>
  (node) => {
    const value = node.attributes[name];
    if (value === undefined || !where.test(node.path)) return node;
    const changed = change(value);
    if (changed === value) return node;
    const { [name]: _gone, ...rest } = node.attributes;
    return { ...node, attributes: changed === undefined ? rest : { ...rest, [name]: changed } };
  };
