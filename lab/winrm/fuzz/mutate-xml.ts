import type { Random } from './random.ts';

/** Text and markup in their order: every other piece begins with `<`, or not. */
type Pieces = readonly string[];

// <a b="c">, text
const piecesOf = (xml: string): Pieces => xml.match(/<[^>]*>|[^<]+/g) ?? [''];

/** Where the element of a start tag ends; the tag alone when it never does. */
function endOf(pieces: Pieces, start: number): number {
  const name = nameOf(pieces[start] ?? '');
  let depth = 0;
  for (let at = start; at < pieces.length; at++) {
    const piece = pieces[at] ?? '';
    if (nameOf(piece) === name && !piece.endsWith('/>')) depth++;
    else if (piece === `</${name}>` && --depth === 0) return at + 1;
    if (depth === 0 && at === start) return start + 1;
  }
  return start + 1;
}

// <rsp:Shell ShellId="…">
const nameOf = (piece: string): string => /^<([^\s/>!?]+)/.exec(piece)?.[1] ?? '';

function someElement(random: Random, pieces: Pieces): readonly [start: number, end: number] {
  const starts = pieces.flatMap((piece, at) => (nameOf(piece) === '' ? [] : [at]));
  if (starts.length === 0) return [0, pieces.length];
  const start = random.pick(starts);
  return [start, endOf(pieces, start)];
}

/** Changes the tag of some element. */
function retag(random: Random, pieces: Pieces, change: (tag: string) => string): string {
  const [start] = someElement(random, pieces);
  return pieces.with(start, change(pieces[start] ?? '')).join('');
}

/** Changes some text between tags. */
function retext(random: Random, pieces: Pieces, change: (text: string) => string): string {
  const texts = pieces.flatMap((piece, at) => (piece.startsWith('<') ? [] : [at]));
  if (texts.length === 0) return change('');
  const at = random.pick(texts);
  return pieces.with(at, change(pieces[at] ?? '')).join('');
}

const NAMESPACES: readonly string[] = [
  '',
  'http://schemas.xmlsoap.org/soap/envelope/',
  'http://www.w3.org/2003/05/soap-envelope',
  'http://www.w3.org/XML/1998/namespace',
  'urn:else',
];

const ENTITIES: readonly string[] = [
  '&lol;',
  '&#0;',
  '&#x1;',
  '&#xD800;',
  '&#x110000;',
  '&#99999999;',
  '&',
  '&;',
  '&amp',
  '&AMP;',
  '&#x1F600;',
  '&#13;',
];

const BOMB =
  '<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY x SYSTEM "file:///etc/passwd">]>';

type Change = (random: Random, pieces: Pieces) => string;

const changes: readonly Change[] = [
  function removeElement(random, pieces) {
    const [start, end] = someElement(random, pieces);
    return pieces.toSpliced(start, end - start).join('');
  },
  function duplicateElement(random, pieces) {
    const [start, end] = someElement(random, pieces);
    const copies = Array.from({ length: random.size(8) }, () => pieces.slice(start, end)).flat();
    return pieces.toSpliced(end, 0, ...copies).join('');
  },
  function moveElement(random, pieces) {
    const [start, end] = someElement(random, pieces);
    const moved = pieces.slice(start, end);
    const rest = pieces.toSpliced(start, end - start);
    return rest.toSpliced(random.below(rest.length + 1), 0, ...moved).join('');
  },
  function nestElement(random, pieces) {
    const [start, end] = someElement(random, pieces);
    const name = random.pick(['a', 's:Body', 's:Envelope', nameOf(pieces[start] ?? '') || 'b']);
    const depth = random.size(6000);
    return [
      ...pieces.slice(0, start),
      `<${name}>`.repeat(depth),
      ...pieces.slice(start, end),
      `</${name}>`.repeat(depth),
      ...pieces.slice(end),
    ].join('');
  },
  function renameElement(random, pieces) {
    const [start, end] = someElement(random, pieces);
    const name = nameOf(pieces[start] ?? '');
    const other = random.pick([
      'x',
      's:Fault',
      's:Header',
      `${name}x`,
      name.toUpperCase(),
      `none:${name}`,
      '__proto__',
      'constructor',
      '#text',
      ':@',
      '-',
    ]);
    const renamed = pieces
      .slice(start, end)
      .map((piece) => piece.replace(`<${name}`, () => `<${other}`).replace(`</${name}`, () => `</${other}`));
    return pieces.toSpliced(start, end - start, ...renamed).join('');
  },
  function giveAttribute(random, pieces) {
    const name = random.pick([
      'a',
      'Name',
      'CommandId',
      'ShellId',
      'End',
      'State',
      'xml:lang',
      's:mustUnderstand',
      'xmlns',
      'xmlns:s',
      '__proto__',
    ]);
    const value = random.pick(['', 'true', '-1', 'a"b', "a'b", '<', '&lol;', 'x'.repeat(random.size(200_000))]);
    return retag(random, pieces, (tag) => tag.replace(/(?=\/?>$)/, () => ` ${name}="${value}"`));
  },
  function giveManyAttributes(random, pieces) {
    const many = Array.from({ length: random.size(4000) }, (_, index) => ` a${index}="b"`).join('');
    return retag(random, pieces, (tag) => tag.replace(/(?=\/?>$)/, () => many));
  },
  function dropQuotes(random, pieces) {
    return retag(random, pieces, (tag) => tag.replace(/"/, ''));
  },
  function changeNamespace(random, pieces) {
    const declared = pieces.join('').match(/xmlns(?::\w+)?="[^"]*"/g) ?? [];
    if (declared.length === 0) return pieces.join('');
    const one = random.pick(declared);
    return pieces
      .join('')
      .replace(one, () => random.pick(['', one.replace(/"[^"]*"/, () => `"${random.pick(NAMESPACES)}"`), `${one} ${one}`]));
  },
  function changePrefix(random, pieces) {
    const [from, to] = [random.pick(['s', 'a', 'w', 'p', 'rsp']), random.pick(['s', 'a', 'w', 'x', 'xml', 'xmlns', 'undeclared'])];
    return pieces.join('').replaceAll(`${from}:`, `${to}:`);
  },
  function putEntity(random, pieces) {
    return retext(random, pieces, (text) => `${text}${random.pick(ENTITIES)}`);
  },
  function putBomb(random, pieces) {
    return `${random.pick(['', '<?xml version="1.0"?>'])}${BOMB}${retext(random, pieces, () => random.pick(['&c;', '&x;']))}`;
  },
  function putCdata(random, pieces) {
    return retext(random, pieces, (text) =>
      random.pick([`<![CDATA[${text}]]>`, `<![CDATA[${text}`, `<![CDATA[]]>${text}`, `${text}]]>`, `<![CDATA[<![CDATA[]]>]]>`]),
    );
  },
  function putComment(random, pieces) {
    return retext(random, pieces, (text) =>
      random.pick([`<!--${text}-->`, `<!-- -- -->${text}`, `${text}<!--`, `<?php ${text}?>`, `<?xml version="1.0"?>${text}`]),
    );
  },
  function putSpace(random, pieces) {
    return retext(random, pieces, (text) => `${random.pick([' ', '\t', '\r\n', '\u00a0', '\u2028']).repeat(random.size(2000))}${text}`);
  },
  function putTags(random, pieces) {
    return retext(random, pieces, () => random.pick(['<a/>', '<a></a>', '<w:Option/>', '<rsp:Stream>']).repeat(random.size(30_000)));
  },
  function declare(random, pieces) {
    const declarations = [
      '<?xml version="1.0" encoding="UTF-16"?>',
      '<?xml version="1.1"?>',
      '<?xml version="1.0" encoding="latin1" standalone="yes"?>',
      '<?xml version="1.0" encoding="nonsense"?>',
      '<?xml?>',
      '\n<?xml version="1.0"?>',
    ];
    return random.pick(declarations) + pieces.join('');
  },
  function emptyText(random, pieces) {
    return retext(random, pieces, () => '');
  },
];

const swapped = (bytes: Buffer): Buffer => (bytes.length % 2 === 0 ? Buffer.from(bytes).swap16() : bytes);

/** As it goes onto the wire: UTF-8 as a rule. */
function encode(random: Random, xml: string): Buffer {
  if (!random.oneIn(12)) return Buffer.from(xml);
  const utf16 = Buffer.from(xml, 'utf16le');
  return random.pick([
    () => Buffer.from(`\ufeff${xml}`),
    () => utf16,
    () => Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]),
    () => swapped(utf16),
    () => Buffer.concat([Buffer.from([0xfe, 0xff]), swapped(utf16)]),
    () => Buffer.from(xml, 'latin1'),
    // An overlong slash, half of a surrogate pair, a byte that begins nothing.
    () => Buffer.concat([Buffer.from(xml), Buffer.from([0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xff])]),
  ])();
}

/** Changes the structure of a document in one to three places, and sometimes its encoding. */
export function mutateXml(random: Random, xml: string): Buffer {
  let changed = xml;
  // A few of the changes multiply the size, and multiplied once more it says nothing new.
  for (let left = random.size(2); left > 0 && changed.length < 600_000; left--) changed = random.pick(changes)(random, piecesOf(changed));
  return encode(random, changed);
}
