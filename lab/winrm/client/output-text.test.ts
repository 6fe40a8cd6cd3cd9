import * as fc from 'fast-check';
import t from 'tap';
import type { OutputChunk } from '../messages/receive.ts';
import { OutputText } from './output-text.ts';

const chunk = (stream: 'stdout' | 'stderr', ...bytes: number[]): OutputChunk => ({ stream, bytes: Uint8Array.from(bytes) });

t.test('characters are whole wherever the chunks end', async (t) => {
  const text = new OutputText();
  const euro = [...Buffer.from('€')] as [number, number, number];
  t.equal(text.add(chunk('stdout', 0x61, euro[0])), 'a');
  t.equal(text.add(chunk('stderr', euro[0], euro[1])), '', 'each stream keeps its own');
  t.equal(text.add(chunk('stdout', euro[1], euro[2], 0x62)), '€b');
  t.equal(text.add(chunk('stderr', euro[2])), '€');
  t.equal(text.end('stdout') + text.end('stderr'), '');
});

t.test('what is no text shows as such', async (t) => {
  const text = new OutputText();
  t.equal(text.add(chunk('stdout', 0x61, 0xff, 0x62)), 'a\ufffdb');
  t.equal(text.add(chunk('stdout', 0xe2, 0x82)), '');
  t.equal(text.end('stdout'), '\ufffd', 'a character that never became whole');
});

t.test('other code pages', async (t) => {
  t.equal(new OutputText('windows-1252').add(chunk('stdout', 0xe4, 0x80)), 'ä€');
  t.throws(() => new OutputText('no such thing'), RangeError);
});

t.test('any text, cut anywhere, comes out as it was', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat(40), { maxLength: 8 }), (written, cuts) => {
      const bytes = Buffer.from(written);
      const text = new OutputText();
      const places = [...cuts.filter((place) => place < bytes.length).toSorted((a, b) => a - b), bytes.length];
      let from = 0;
      let read = '';
      for (const place of places) {
        read += text.add({ stream: 'stdout', bytes: bytes.subarray(from, place) });
        from = place;
      }
      return read + text.end('stdout') === written.replace(/^\ufeff/, '');
    }),
  );
});
