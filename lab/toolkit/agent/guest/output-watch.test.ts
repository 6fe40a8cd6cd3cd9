import * as fc from 'fast-check';
import t from 'tap';
import { outputWatch } from './output-watch.ts';

const watched = (expected: string, chunks: readonly (string | Buffer)[]): { readonly found: boolean; readonly lastLine: string } => {
  const watch = outputWatch(expected);
  for (const chunk of chunks) watch.add(Buffer.from(chunk));
  return { found: watch.found(), lastLine: watch.lastLine() };
};

t.test('the text is found however the stream is cut', async (t) => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }),
      fc.string({ maxLength: 40, unit: 'grapheme' }),
      fc.string({ maxLength: 40, unit: 'grapheme' }),
      fc.array(fc.nat(200), { maxLength: 6 }),
      (needle, before, after, cuts) => {
        const bytes = Buffer.from(before + needle + after);
        const ends = [...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].toSorted((a, b) => a - b);
        return watched(
          needle,
          ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)),
        ).found;
      },
    ),
  );
  t.notOk(watched('needle', ['nee', '', 'dl', 'f e']).found);
  t.notOk(watched('needle', []).found);
});

t.test('the last line is the last that says something', async (t) => {
  t.equal(watched('x', ['one\ntwo\r\n', '\n', '  \n']).lastLine, 'two');
  t.equal(watched('x', ['one\nt', 'w', 'o']).lastLine, 'two');
  t.equal(watched('x', []).lastLine, '');
  t.equal(watched('x', ['a'.repeat(100_000), '\nend']).lastLine, 'end');
  t.match(watched('x', [Buffer.alloc(9000, 0xff)]).lastLine, /^\ufffd+$/, 'invalid UTF-8');
  for (const unit of ['x', '\u0001', '🎬', '"']) {
    const { lastLine } = watched('y', [`head\n${unit.repeat(6000)}`]);
    t.ok(
      lastLine.length > 300 && Buffer.byteLength(JSON.stringify(lastLine)) <= 4096,
      `${JSON.stringify(unit)}: ${lastLine.length} characters`,
    );
  }
});
