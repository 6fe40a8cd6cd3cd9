/* oxlint-disable typescript/no-non-null-assertion -- every index is within its typed array, and these loops run over megabytes */
import { ProtocolViolation } from '../protocol-violation.ts';
import { type Room, decodeBase64 } from './base64.ts';

/** Text runs at least this long are cut out before parsing when they can only be base64. */
const SHORTEST_CUT_BYTES = 4096;
/** Far above what a Receive answer of 512,000 bytes can sensibly hold. */
const MOST_TAGS = 20_000;

/** Of one tag: a dozen declarations and a few attributes are the most that any client writes. */
const MOST_ATTRIBUTES = 64;

const LT = 0x3c;
const GT = 0x3e;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;

/** A long base64 text that was cut out. */
export interface CutText {
  /** A view into the document. */
  readonly text: Buffer;
  /** What it holds; `undefined` where that is not told without guessing, as with padding in its middle. */
  readonly bytes: Buffer | undefined;
}

/** A document without its long base64 texts. Each is replaced by {@link cutMark} and its number. */
export interface ScannedXml {
  readonly xml: string;
  readonly cuts: readonly CutText[];
}

/** Stands where text was cut out. XML 1.0 forbids the character and the scan refuses documents that hold it, so nothing else can look like it. */
export const cutMark = '\u0001';

const FORBIDS = 'the XML holds characters that XML forbids';
// U+0000, U+001B, U+FFFE; the mark itself stands for what was cut out
const FORBIDDEN = /[\u0000\u0002-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

// A–Z a–z 0–9 + / = and the white space base64 may be folded with
const BASE64 = new Uint8Array(256);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n \t') BASE64[character.charCodeAt(0)] = 1;

function isBase64(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at++) if (BASE64[bytes[at]!] === 0) return false;
  return true;
}

/**
 * Walks over a document once, tag by tag: refuses document type declarations, processing instructions, too many tags, invalid UTF-8 and characters
 * XML forbids, and cuts out long base64 texts, decoded into `room`, so that no XML parser ever sees them. Linear in the size; the texts of the cuts
 * are views into `document`.
 */
export function scanXml(document: Buffer, room: Room): ScannedXml {
  if (document.includes(cutMark)) throw new ProtocolViolation(FORBIDS);
  const kept: Buffer[] = [];
  const cuts: CutText[] = [];
  let keptUpTo = 0;
  let tags = 0;
  for (let open = document.indexOf(LT); open !== -1;) {
    if (++tags > MOST_TAGS) throw new ProtocolViolation(`the XML has more than ${MOST_TAGS} tags`);
    const close = endOfMarkup(document, open);
    open = document.indexOf(LT, close);
    // The parser would drop it silently.
    if (open === -1 && document.toString('latin1', close).trim() !== '') throw new ProtocolViolation('the XML has text after its end');
    if (open - close < SHORTEST_CUT_BYTES || document[open + 1] !== SLASH) continue;
    const text = document.subarray(close, open);
    const bytes = decodeBase64(text, room);
    if (bytes === undefined && !isBase64(text)) continue;
    kept.push(document.subarray(keptUpTo, close), Buffer.from(cutMark + cuts.length));
    cuts.push({ text, bytes });
    keptUpTo = open;
  }
  const rest = cuts.length === 0 ? document : Buffer.concat([...kept, document.subarray(keptUpTo)]);
  const xml = decoded(rest);
  if (FORBIDDEN.test(xml)) throw new ProtocolViolation(FORBIDS);
  return { xml, cuts };
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ProtocolViolation('the XML is not valid UTF-8', { cause: error });
  }
}

/** Where the tag, comment, CDATA section or declaration that begins at `open` has ended. */
function endOfMarkup(document: Buffer, open: number): number {
  const start = document.toString('latin1', open, open + 9);
  if (start.startsWith('<!--')) return after(document, '-->', open + 4);
  if (start === '<![CDATA[') return after(document, ']]>', open + 9);
  if (start.startsWith('<!')) throw new ProtocolViolation('the XML has a document type declaration');
  if (start.startsWith('<?')) {
    if (!start.startsWith('<?xml ')) throw new ProtocolViolation('the XML has a processing instruction');
    return after(document, '?>', open);
  }
  let quote = 0;
  let attributes = 0;
  for (let at = open + 1; at < document.length; at++) {
    const byte = document[at];
    if (quote !== 0) {
      if (byte === quote) quote = 0;
    } else if (byte === GT) return at + 1;
    else if (byte === QUOTE || byte === APOSTROPHE) {
      quote = byte;
      if (++attributes > MOST_ATTRIBUTES) throw new ProtocolViolation(`the XML has a tag with more than ${MOST_ATTRIBUTES} attributes`);
    } else if (byte === LT) break;
  }
  throw new ProtocolViolation('the XML has a tag that does not end');
}

function after(document: Buffer, what: string, from: number): number {
  const at = document.indexOf(what, from, 'latin1');
  if (at === -1) throw new ProtocolViolation(`the XML ends before ${what}`);
  return at + what.length;
}
