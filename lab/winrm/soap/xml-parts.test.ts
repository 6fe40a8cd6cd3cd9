import { randomBytes } from 'node:crypto';
import t from 'tap';
import { parseXml } from './parse-xml.ts';
import { joinParts, sizeOfParts, writeParts } from './xml-parts.ts';

t.test('bytes come out as one base64 text, whatever their size', async (t) => {
  for (const sizeBytes of [0, 1, 2, 3, 47_999, 48_000, 48_001, 96_000, 375_000]) {
    const bytes = randomBytes(sizeBytes);
    t.equal(joinParts(['<a>é', bytes, '</a>']).toString(), `<a>é${bytes.toString('base64')}</a>`, `${sizeBytes} bytes`);
  }
});

t.test('parts are written to their place', async (t) => {
  const parts = ['ab', Buffer.alloc(50_000, 1)];
  const target = Buffer.alloc(sizeOfParts(parts) + 2, 'x');
  t.equal(writeParts(parts, target, 1), target.length - 1);
  t.match(target.toString(), /^xabAQEB[^x]*x$/);
});

t.test('base64 of any size and shape is read as Node reads it', async (t) => {
  const read = (text: string): Buffer => parseXml(Buffer.from(`<a>${text}</a>`), 1_000_000).base64();
  for (const sizeBytes of [0, 1, 3000, 47_998, 48_000, 48_002, 96_001, 375_000]) {
    const bytes = randomBytes(sizeBytes);
    const text = bytes.toString('base64');
    t.same(read(text), bytes, `${sizeBytes} bytes`);
    t.same(read(text.replaceAll(/.{76}/g, '$&\r\n')), bytes, `${sizeBytes} bytes, folded`);
  }
  const twice = `${randomBytes(5000).toString('base64')}${'QQ=='.repeat(2)}`;
  t.same(read(twice), Buffer.from(twice, 'base64'), 'padding in the middle');
});
