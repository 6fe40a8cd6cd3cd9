import t from 'tap';
import {
  DerFields,
  derElement,
  derObjectIdentifier,
  derSequence,
  derTags,
  derUnsigned,
  firstDer,
  hexOfInteger,
  readDer,
  readGeneralizedTime,
  readObjectIdentifier,
} from './der.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

t.test('what is written can be read', async (t) => {
  for (const sizeBytes of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
    const [element] = readDer(derElement(derTags.octetString, Buffer.alloc(sizeBytes, 7)));
    t.equal(element?.content.length, sizeBytes);
  }
  for (const oid of ['1.2.840.113549.1.7.2', '2.5.29.37', '1.3.6.1.4.1.311.2.1.4', '2.16.840.1.101.3.4.2.1'])
    t.equal(readObjectIdentifier(firstDer(derObjectIdentifier(oid)).content), oid);
  t.equal(derUnsigned(hex('00 00 80')).toString('hex'), '02020080', 'a set top bit is no sign');
  t.equal(derUnsigned(hex('00')).toString('hex'), '020100');
  t.equal(hexOfInteger(hex('00 80')), '80');
  t.equal(hexOfInteger(hex('00')), '00');
});

t.test('what is not strict is refused', async (t) => {
  const refused = {
    'cut off': '30',
    'a longer tag': '1f 81 01 00',
    'an indefinite length': '30 80 00 00',
    'a longer length than needed': '04 81 01 00',
    'a length with zeros': '04 82 00 80',
    'a length of five bytes': '04 85 01 00 00 00 00',
    'a length that is cut off': '04 82 01',
    'longer than what holds it': '04 05 00',
    'something after the end': '04 00 04',
  };
  for (const [what, bytes] of Object.entries(refused)) t.throws(() => readDer(hex(bytes)), RangeError, what);
  t.throws(() => readDer(Buffer.concat(Array.from({ length: 300 }, () => hex('05 00')))), /too many/);
  for (const bytes of ['', '80 01', '86', `${'ff'.repeat(12)}01`, '01'.repeat(40)])
    t.throws(() => readObjectIdentifier(hex(bytes)), RangeError, bytes);
});

t.test('fields come in their order', async (t) => {
  const fields = new DerFields(derSequence(derUnsigned(hex('01')), derElement(derTags.null)), 'the thing').inside(derTags.sequence);
  t.equal(fields.takeIf(derTags.null), undefined, 'not yet');
  t.throws(() => fields.take(derTags.null), /the thing is not put together/);
  t.same(fields.take(derTags.integer).content, hex('01'));
  t.equal(fields.rest().length, 1);
  t.same(fields.take(derTags.null).content.length, 0);
  t.throws(() => fields.take(derTags.null), RangeError, 'nothing is left');
});

t.test('times', async (t) => {
  t.equal(readGeneralizedTime(Buffer.from('20261121143305Z')), '2026-11-21T14:33:05.000Z');
  t.equal(readGeneralizedTime(Buffer.from('20261121143305.25Z')), '2026-11-21T14:33:05.250Z');
  for (const text of ['', '20261321143305Z', '20261121143305', '20261121143305+0100', '261121143305Z'])
    t.throws(() => readGeneralizedTime(Buffer.from(text)), RangeError, text);
});
