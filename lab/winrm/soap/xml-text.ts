import { ProtocolViolation } from '../protocol-violation.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
};

// U+0001, U+001B, U+FFFE, half of a surrogate pair
const FORBIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Text as it may stand in an element or a quoted attribute. Throws a `TypeError` for characters that XML 1.0 cannot carry at all. */
export function escapeXml(text: string): string {
  if (FORBIDDEN.test(text)) throw new TypeError('the text holds a character that XML cannot carry');
  // a & b < c
  return text.replace(/[&<>"'\r\n\t]/g, (character) => ESCAPES[character] ?? character);
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Resolves the five named entities of XML and numeric references; anything else is refused. */
export function resolveEntities(text: string): string {
  if (!text.includes('&')) return text;
  // &amp; &#13; &#x1F600; and a bare &
  return text.replace(
    /&(?:([a-z]+)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));|&/g,
    (whole, name?: string, decimal?: string, hexadecimal?: string) => {
      const named = name === undefined ? undefined : NAMED[name];
      if (named !== undefined) return named;
      if (decimal === undefined && hexadecimal === undefined)
        throw new ProtocolViolation(`the XML uses an entity that is not one of XML's own five: ${whole}`);
      const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number.parseInt(decimal, 10);
      if (code > 0x10ffff || FORBIDDEN.test(String.fromCodePoint(code)))
        throw new ProtocolViolation(`the XML refers to a character that XML forbids: ${whole}`);
      return String.fromCodePoint(code);
    },
  );
}
