import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { ProtocolViolation } from '../protocol-violation.ts';
import { type Room, freshRoom } from './base64.ts';
import { XmlElement } from './xml-element.ts';
import { toUtf8 } from './xml-encoding.ts';
import { type CutText, cutMark, scanXml } from './xml-scan.ts';
import { resolveEntities } from './xml-text.ts';

const DEEPEST = 32;
/** Prefixes in force at a time: foreign clients declare a dozen. Bounds what a declaration on each of many elements costs. */
const MOST_PREFIXES = 128;
const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';

/** What the parser gives in document order: one key naming the node, and its attributes under `:@`. */
type Node = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  // Entities are resolved here, after CDATA has been told apart: the parser's own list is longer than XML's.
  processEntities: false,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  cdataPropName: '#cdata',
  ignoreDeclaration: true,
  maxNestedTags: DEEPEST,
});

/**
 * Parses a document into elements with resolved namespaces. CDATA counts as text. Throws a {@link ProtocolViolation} for anything that is not
 * well-formed, for document type declarations, entities beyond XML's own, processing instructions, floods of tags, attributes or prefixes, deep
 * nesting, and more than `limitBytes`. Reads UTF-8 and, as Windows does, UTF-16 (DSP0226, R13.1-4). What long base64 texts hold is in `room`.
 */
export function parseXml(document: Buffer, limitBytes: number, room: Room = freshRoom): XmlElement {
  if (document.length > limitBytes) throw new ProtocolViolation(`the XML has ${document.length} bytes, ${limitBytes} are allowed`);
  const { xml, cuts } = scanXml(toUtf8(document), room);
  let nodes: readonly Node[];
  try {
    const valid = XMLValidator.validate(xml);
    if (valid !== true) throw new ProtocolViolation(`the XML is not well-formed: ${valid.err.msg} (line ${valid.err.line})`);
    nodes = parser.parse(xml) as readonly Node[];
  } catch (error) {
    if (error instanceof ProtocolViolation) throw error;
    throw new ProtocolViolation('the XML cannot be parsed', { cause: error });
  }
  const roots = nodes.filter((node) => !('#text' in node));
  const [root] = roots;
  if (root === undefined || roots.length > 1) throw new ProtocolViolation('the XML has no single root element');
  return toElement(root, new Map([['xml', XML_NAMESPACE]]), cuts);
}

function toElement(node: Node, outer: ReadonlyMap<string, string>, cuts: readonly CutText[]): XmlElement {
  const tag = Object.keys(node).find((key) => key !== ':@');
  if (tag === undefined) throw new ProtocolViolation('the XML has an element without a name');
  const written = Object.entries((node[':@'] ?? {}) as Readonly<Record<string, string>>);
  const declared: [string, string][] = [];
  const attributes = new Map<string, string>();
  for (const [name, raw] of written) {
    const value = resolveEntities(raw);
    if (name === 'xmlns') declared.push(['', value]);
    else if (name.startsWith('xmlns:')) declared.push([name.slice('xmlns:'.length), value]);
    else attributes.set(localName(name), value);
  }
  const scope = declared.length === 0 ? outer : new Map([...outer, ...declared]);
  if (scope.size > MOST_PREFIXES) throw new ProtocolViolation(`the XML declares more than ${MOST_PREFIXES} prefixes`);
  const children: XmlElement[] = [];
  let text = '';
  for (const child of node[tag] as readonly Node[]) {
    if ('#text' in child) text += resolveEntities(String(child['#text']));
    else if ('#cdata' in child) text += (child['#cdata'] as readonly Node[]).map((part) => String(part['#text'])).join('');
    else children.push(toElement(child, scope, cuts));
  }
  const prefix = tag.includes(':') ? tag.slice(0, tag.indexOf(':')) : '';
  const namespace = scope.get(prefix);
  if (namespace === undefined && prefix !== '') throw new ProtocolViolation(`the XML uses the prefix ${prefix} without declaring it`);
  const cut = text.startsWith(cutMark) ? cuts[Number(text.slice(1))] : undefined;
  if (cut === undefined && text.includes(cutMark)) throw new ProtocolViolation('the XML mixes base64 with other text');
  return new XmlElement(namespace ?? '', localName(tag), attributes, children, cut ?? text);
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);
