import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import t from 'tap';
import { decodeBase64, freshRoom } from './base64.ts';

const decoded = (text: string): string | undefined => decodeBase64(Buffer.from(text, 'latin1'), freshRoom)?.toString('hex');

t.test('what was encoded comes back, whatever its size and folding', async () => {
  const folding = fc.constantFrom('', '\r\n', '\n', ' ', '\t\t');
  fc.assert(
    fc.property(fc.nat({ max: 200_000 }), fc.integer({ min: 1, max: 100 }), folding, fc.boolean(), (sizeBytes, width, fold, padded) => {
      const bytes = randomBytes(sizeBytes);
      const text = padded ? bytes.toString('base64') : bytes.toString('base64').replace(/=+$/, '');
      const folded = fold === '' ? text : text.replace(new RegExp(`.{${width}}`, 'g'), `$&${fold}`);
      return decoded(folded) === bytes.toString('hex');
    }),
    { numRuns: 60 },
  );
});

t.test('anything else is not guessed at', async (t) => {
  const long = 'QUJD'.repeat(40_000);
  for (const text of [
    'QUJ!',
    'QU-_',
    'Q=JD',
    'QUJD=',
    'QUJDR',
    '====',
    'QU\fJD',
    'QUJ\xff',
    `${long}<`,
    `QQ==${long}`,
    `${long}QQ==${long}`,
  ])
    t.equal(decoded(text), undefined, JSON.stringify(text.slice(0, 10)));
  t.equal(decoded(`${long}QQ==`)?.length, 2 * (120_000 + 1));
  t.equal(decoded(`Q${' '.repeat(200_000)}UJD`), undefined, 'nothing but white space for longer than is looked at');
  t.equal(decoded(''), '');
});

t.test('it goes where it is told', async (t) => {
  const room = Buffer.alloc(1000, 'x');
  const bytes = decodeBase64(Buffer.from('QUJDRA=='), (sizeBytes) => room.subarray(10, 10 + sizeBytes));
  t.equal(bytes?.toString(), 'ABCD');
  t.equal(bytes?.buffer, room.buffer);
  t.equal(room.toString('latin1', 8, 18), 'xxABCDxxxx');
});
