import { ProtocolViolation } from '../protocol-violation.ts';

const LT = 0x3c;

/** UTF-16 as its first two bytes tell: a byte order mark, or the `<` that a document begins with. */
function utf16Of(document: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second] = document;
  if ((first === 0xff && second === 0xfe) || (first === LT && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === LT)) return 'utf-16be';
  return undefined;
}

/**
 * The document in UTF-8. UTF-16 is told by its bytes and not by its label: labels are lost when a message is sealed. A declaration that names
 * any other encoding is refused with a {@link ProtocolViolation}: its bytes would be read as something else than was written.
 */
export function toUtf8(document: Buffer): Buffer {
  const utf16 = utf16Of(document);
  let utf8 = document;
  if (utf16 !== undefined) {
    try {
      utf8 = Buffer.from(new TextDecoder(utf16, { fatal: true }).decode(document));
    } catch (error) {
      throw new ProtocolViolation('the XML is not valid UTF-16', { cause: error });
    }
  }
  // <?xml version="1.0" encoding='utf-8'?>
  const [, , encoding] = /^[^<]{0,3}<\?xml [^>]{0,100}?encoding\s*=\s*(["'])([^"']*)\1/.exec(utf8.toString('latin1', 0, 200)) ?? [];
  if (encoding !== undefined && !/^(?:utf-8|utf-16(?:le|be)?|us-ascii)$/i.test(encoding))
    throw new ProtocolViolation(`the XML is in the encoding ${encoding.slice(0, 40)}; only UTF-8 and UTF-16 are read`);
  return utf8;
}
