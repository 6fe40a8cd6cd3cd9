import * as fc from 'fast-check';
import t from 'tap';
import { ProtocolViolation } from '../protocol-violation.ts';
import { parseEnvelope } from './envelope.ts';
import { namespaces } from './namespaces.ts';
import { parseXml } from './parse-xml.ts';
import { joinParts, sizeOfParts } from './xml-parts.ts';
import { escapeXml } from './xml-text.ts';

const LIMIT = 512_000;
const parse = (xml: string) => parseXml(Buffer.from(xml), LIMIT);

t.test('names are told apart by namespace, whatever the prefixes', async (t) => {
  const root = parse(
    '<?xml version="1.0" encoding="utf-8"?>\n<q:a xmlns:q="urn:1" xmlns="urn:2"><b x="1" q:y="&lt;2&gt;">t</b><q:b/><c xmlns=""/></q:a>\n',
  );
  t.match(root, { namespace: 'urn:1', name: 'a' });
  const b = root.get('urn:2', 'b');
  t.equal(b.text, 't');
  t.equal(b.attributes.get('x'), '1');
  t.equal(b.attributes.get('y'), '<2>', 'a prefixed attribute goes by its local name');
  t.ok(root.find('urn:1', 'b'));
  t.ok(root.find('', 'c'));
  t.equal(root.find('urn:1', 'c'), undefined);
  t.throws(() => root.get('urn:1', 'c'), ProtocolViolation);
});

t.test('text keeps its blanks, entities are resolved, CDATA is text', async (t) => {
  t.equal(parse('<a>  &amp;&#65;&#x42;&quot; <![CDATA[ <b> &amp; ]]> end </a>').text, '  &AB"  <b> &amp;  end ');
  t.equal(parse('<a><!-- <b/> > --> x <!-- y --></a>').text, ' x ');
  t.equal(parse('<a b="1 > 0"/>').attributes.get('b'), '1 > 0');
});

t.test('what is refused', async (t) => {
  const refused: Readonly<Record<string, string>> = {
    'a document type': '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    'a document type within': '<a><!DOCTYPE b></a>',
    'an unknown entity': '<a>&nbsp;</a>',
    'a bare ampersand': '<a>a & b</a>',
    'an external entity by name': '<a>&xxe;</a>',
    'a processing instruction': '<a><?php x ?></a>',
    'two roots': '<a/><b/>',
    'no root': '  ',
    'tags that cross': '<a><b></a></b>',
    'a tag that does not end': '<a',
    'a comment that does not end': '<a><!-- </a>',
    'text after the end': '<a/>text',
    'an undeclared prefix': '<q:a/>',
    'two attributes of one name': '<a b="1" b="2"/>',
    'a reserved name': '<__proto__/>',
    'a control character': '<a>\u0001</a>',
    'any other control character': '<a>\u0007</a>',
    'a control character in an attribute': '<a b="\u001b"/>',
    'no character of Unicode': '<a>\uffff</a>',
    'no character of Unicode by number': '<a>&#xFFFE;</a>',
    'a control character by number': '<a>&#1;0</a>',
    'a character beyond Unicode': '<a>&#x110000;</a>',
    'half a surrogate pair': '<a>&#xD800;</a>',
    'nesting without end': '<a>'.repeat(100) + '</a>'.repeat(100),
    'tags without end': `<a>${'<b/>'.repeat(30_000)}</a>`,
  };
  for (const [what, xml] of Object.entries(refused)) t.throws(() => parse(xml), ProtocolViolation, what);
  t.throws(() => parseXml(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]), LIMIT), /not valid UTF-8/);
  t.throws(() => parseXml(Buffer.from('<a>1234</a>'), 10), /10 are allowed/);
  t.throws(
    () => parseEnvelope(Buffer.from('<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body/></Envelope>'), LIMIT),
    /not a SOAP 1.2 envelope/,
  );
});

t.test('megabytes of base64 come through whole and never reach the XML parser', async (t) => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919) & 255));
  const base64 = bytes.toString('base64');
  const root = parse(`<a xmlns="u"><b>${base64}</b><b><![CDATA[${base64.slice(0, 8000)}]]></b><b>QUI=</b><c>plain text &amp; more</c></a>`);
  const [long, cdata, short] = root.findAll('u', 'b');
  t.ok(long?.base64().equals(bytes));
  t.equal(long?.text, base64);
  t.ok(cdata?.base64().equals(Buffer.from(base64.slice(0, 8000), 'base64')));
  t.equal(short?.base64().toString(), 'AB');
  t.equal(root.textOf('u', 'c'), 'plain text & more');
  t.throws(() => root.get('u', 'c').base64(), /does not hold base64/);
  t.throws(() => parse(`<a>x<b/>${base64}</a>`), /mixes base64/, 'a long text beside a short one is not guessed at');
  const folded = base64.replace(/.{76}/g, '$&\r\n');
  t.ok(parse(`<a>${folded}</a>`).base64().equals(bytes), 'folded base64');
});

t.test('any text survives escaping and parsing, in elements and attributes', async () => {
  const texts = fc.string({ unit: 'binary' }).filter((text) => /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(text));
  fc.assert(
    fc.property(texts, (text) => {
      const root = parse(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`);
      return root.text === text && root.attributes.get('b') === text;
    }),
  );
});

t.test('what XML cannot carry is refused when it is written', async (t) => {
  for (const text of ['\u0000', 'a\u001bb', '\ufffe', '\ud800', 'x\udc00']) t.throws(() => escapeXml(text), TypeError);
  t.equal(escapeXml('😀'), '😀');
});

t.test('parts know their size and join as text and base64', async () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 100 }))), (parts) => {
      const joined = joinParts(parts);
      const expected = parts.map((part) => (typeof part === 'string' ? part : Buffer.from(part).toString('base64'))).join('');
      return joined.length === sizeOfParts(parts) && joined.toString() === expected;
    }),
  );
});

t.test('a damaged envelope is refused or read, and nothing else', async () => {
  const body = `<rsp:Send xmlns:rsp="${namespaces.rsp}"><rsp:Stream Name="stdin">${'QUJD'.repeat(2000)}</rsp:Stream><![CDATA[x]]>&amp;</rsp:Send>`;
  const whole = Buffer.from(`<s:Envelope xmlns:s="${namespaces.s}"><s:Header/><s:Body>${body}</s:Body></s:Envelope>`);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.constantFrom(...Buffer.from('<>&;/!-[]"\'=\u0001 x\u00ff'))), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.nat(3),
      (changes, cut) => {
        const damaged = Buffer.from(whole);
        for (const [at, byte] of changes) damaged[at] = byte;
        try {
          parseEnvelope(cut === 0 ? damaged.subarray(0, changes[0]?.[0]) : damaged, LIMIT);
        } catch (error) {
          if (!(error instanceof ProtocolViolation)) throw error;
        }
      },
    ),
    { numRuns: 500 },
  );
});

t.test('UTF-16 is read as Windows reads it', async (t) => {
  const xml = '<a b="ü">grün 😀</a>';
  const little = Buffer.from(xml, 'utf16le');
  const big = Buffer.from(little).swap16();
  const mark = Buffer.from('\ufeff', 'utf16le');
  for (const [what, document] of [
    ['little endian', little],
    ['little endian with a mark', Buffer.concat([mark, little])],
    ['big endian', big],
    ['big endian with a mark', Buffer.concat([Buffer.from(mark).swap16(), big])],
    ['with a declaration', Buffer.from(`<?xml version="1.0" encoding="UTF-16"?>${xml}`, 'utf16le')],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${xml}`)],
  ] as const) {
    const root = parseXml(document, LIMIT);
    t.equal(root.text, 'grün 😀', what);
    t.equal(root.attributes.get('b'), 'ü', what);
  }
  t.throws(() => parseXml(little.subarray(0, -1), LIMIT), /not valid UTF-16/, 'half a character');
  t.throws(
    () => parseXml(Buffer.from('<!DOCTYPE a><a/>', 'utf16le'), LIMIT),
    /document type/,
    'what is refused is refused in any encoding',
  );
  const base64 = Buffer.alloc(50_000, 7).toString('base64');
  t.ok(
    parseXml(Buffer.from(`<a>${base64}</a>`, 'utf16le'), LIMIT)
      .base64()
      .equals(Buffer.alloc(50_000, 7)),
  );
});

t.test('other encodings are refused, not guessed at', async (t) => {
  for (const encoding of ['iso-8859-1', 'windows-1252', 'UTF-7', 'x'])
    t.throws(() => parse(`<?xml version="1.0" encoding="${encoding}"?><a/>`), /only UTF-8 and UTF-16/, encoding);
  for (const encoding of ['utf-8', 'UTF-8', 'us-ascii'])
    t.equal(parse(`<?xml version='1.0' encoding='${encoding}'?><a/>`).name, 'a', encoding);
});

t.test('floods cost little and are refused', async (t) => {
  const attributes = (count: number): string => Array.from({ length: count }, (_, at) => ` a${at}="1"`).join('');
  t.equal(parse(`<a${attributes(64)}/>`).attributes.size, 64);
  t.throws(() => parse(`<a${attributes(65)}/>`), /more than 64 attributes/);
  t.throws(() => parse(`<a${attributes(40_000)}/>`), ProtocolViolation);
  const prefixes = (from: number): string => Array.from({ length: 60 }, (_, at) => ` xmlns:p${from + at}="urn:${at}"`).join('');
  t.throws(() => parse(`<a${prefixes(0)}><b${prefixes(100)}><c${prefixes(200)}/></b></a>`), /more than 128 prefixes/);
  const declared = `<a${prefixes(0)}>${'<b xmlns:q="urn:q"/>'.repeat(15_000)}</a>`;
  const startedAt = performance.now();
  t.equal(parse(declared).children.length, 15_000);
  t.ok(performance.now() - startedAt < 5000, 'a declaration on each of many elements is no burden');
  t.throws(() => parse(`${'<a>'.repeat(40)}${'</a>'.repeat(40)}`), ProtocolViolation, 'nesting is bounded');
  t.throws(() => parse('<a>'.repeat(19_000)), ProtocolViolation);
});
