import * as fc from 'fast-check';
import t from 'tap';
import { ProtocolViolation } from '../protocol-violation.ts';
import { derElement, derObjectIdentifier, derTags, firstDer, readDer, readDerContent, readObjectIdentifier } from './der.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

t.test('elements are written as X.690 has them', async (t) => {
  t.equal(derElement(derTags.octetString).toString('hex'), '0400');
  t.equal(derElement(derTags.octetString, Buffer.from('ab'), Buffer.from('c')).toString('hex'), '0403616263');
  t.equal(derElement(derTags.octetString, Buffer.alloc(127)).subarray(0, 2).toString('hex'), '047f');
  t.equal(derElement(derTags.octetString, Buffer.alloc(128)).subarray(0, 3).toString('hex'), '048180', 'the first length of two bytes');
  t.equal(derElement(derTags.octetString, Buffer.alloc(256)).subarray(0, 4).toString('hex'), '04820100');
  t.equal(derElement(derTags.octetString, Buffer.alloc(65_536)).subarray(0, 5).toString('hex'), '0483010000');
});

t.test('object identifiers of NTLM, SPNEGO, Kerberos and a first arc of two', async (t) => {
  const known = {
    '1.3.6.1.4.1.311.2.2.10': '060a2b06010401823702020a',
    '1.3.6.1.5.5.2': '06062b0601050502',
    '1.2.840.113554.1.2.2': '06092a864886f712010202',
    '2.16.840.1.101.3.4.2.1': '0609608648016503040201',
    '2.999.3': '0603883703',
  };
  for (const [dotted, written] of Object.entries(known)) {
    t.equal(derObjectIdentifier(dotted).toString('hex'), written);
    t.equal(readObjectIdentifier(readDerContent(hex(written), derTags.objectIdentifier)), dotted);
  }
});

t.test('any tree survives a round trip', async () => {
  const leaf = fc.uint8Array({ maxLength: 300 }).map((bytes) => derElement(derTags.octetString, bytes));
  const elements = fc.array(
    fc.oneof(
      leaf,
      fc.array(leaf, { maxLength: 4 }).map((inner) => derElement(derTags.sequence, ...inner)),
    ),
    {
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(elements, (written) => {
      const read = readDer(Buffer.concat(written));
      return read.length === written.length && read.every(({ whole }, at) => written[at]?.equals(whole));
    }),
  );
  const arcs = fc.tuple(fc.nat(2), fc.nat(39), fc.array(fc.nat(0xffff_ffff), { maxLength: 8 }));
  fc.assert(
    fc.property(arcs, ([first, second, rest]) => {
      const dotted = [first, second, ...rest].join('.');
      return readObjectIdentifier(readDerContent(derObjectIdentifier(dotted), derTags.objectIdentifier)) === dotted;
    }),
  );
});

t.test('what is no DER is refused', async (t) => {
  const refused: Readonly<Record<string, string>> = {
    'a tag alone': '04',
    'longer than there is': '04 05 61',
    'an indefinite length': '30 80 04 00 00 00',
    'a length of two bytes that needs one': '04 81 05 61 62 63 64 65',
    'a length of three bytes that needs two': '04 82 00 80',
    'a length that is cut off': '04 82 01',
    'a length of five bytes': '04 85 01 00 00 00 00',
    'a tag of two bytes': '1f 81 00 00',
    'a length of half the memory': '04 84 7f ff ff ff',
    'a second element that is cut off': '04 00 04',
  };
  for (const [what, bytes] of Object.entries(refused)) t.throws(() => readDer(hex(bytes)), ProtocolViolation, what);
  t.throws(() => readDer(Buffer.alloc(1000)), /too many/);
  t.throws(() => firstDer(Buffer.alloc(0)), ProtocolViolation);
  t.throws(() => readDerContent(hex('04 00 04 00'), derTags.octetString), /expected/, 'more than the one that was expected');
  t.throws(() => readDerContent(hex('05 00'), derTags.octetString), /expected/);
  for (const [what, content] of Object.entries({
    empty: '',
    'cut off': '2b 86',
    'a leading zero digit': '2b 80 01',
    endless: '2b'.repeat(40),
    'an endless arc': 'ff'.repeat(12),
  }))
    t.throws(() => readObjectIdentifier(hex(content)), ProtocolViolation, what);
});

t.test('arbitrary bytes are read or refused, and nothing else', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        const elements = readDer(Buffer.from(bytes));
        return elements.reduce((sum, { whole }) => sum + whole.length, 0) === bytes.length;
      } catch (error) {
        return error instanceof ProtocolViolation;
      }
    }),
    { numRuns: 2000 },
  );
});
