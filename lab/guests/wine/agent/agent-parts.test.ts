import fc from 'fast-check';
import t from 'tap';
import { cmdCommand, directCommand } from './command-line.ts';
import { FrameReader, headOf } from './frame-reader.ts';
import { LineReader } from './line-reader.ts';

t.test('lines come out as they went in, however they are cut', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' '))),
      fc.array(fc.nat({ max: 40 })),
      (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const reader = new LineReader(100_000);
        const found: string[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          found.push(...reader.push(bytes.subarray(at, at + cut)));
          at += cut;
        }
        return JSON.stringify(found) === JSON.stringify(lines);
      },
    ),
  );
});

t.test('a line that is too long is refused, in one piece or in many', async (t) => {
  t.throws(() => new LineReader(10).push(Buffer.from('12345678901\n')), { message: /longer than 10 bytes/ });
  const reader = new LineReader(10);
  t.same(reader.push(Buffer.from('1234567890\n1234')), ['1234567890']);
  t.throws(() => reader.push(Buffer.from('5678901')), { message: /longer/ });
});

t.test('what is kept is a copy', async (t) => {
  const reader = new LineReader(100);
  const buffer = Buffer.from('abc');
  reader.push(buffer);
  buffer.fill('x');
  t.same(reader.push(Buffer.from('\n')), ['abc']);
});

t.test('frames come out as they went in, however they are cut', async () => {
  const frame = fc.record({ text: fc.string({ unit: 'grapheme' }), data: fc.uint8Array({ maxLength: 300 }) });
  fc.assert(
    fc.property(fc.array(frame), fc.array(fc.nat({ max: 90 })), (frames, cuts) => {
      const bytes = Buffer.concat(
        frames.flatMap(({ text, data }) => [headOf(data.length === 0 ? { text } : { text, dataBytes: data.length }), Buffer.from(data)]),
      );
      const reader = new FrameReader(10_000, 300);
      const found: { text: string; data: string }[] = [];
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        // The caller's buffer is used again for what comes next.
        const piece = Buffer.from(bytes.subarray(at, at + cut));
        for (const { head, data } of reader.push(piece))
          found.push({ text: (head as { text: string }).text, data: (data ?? Buffer.alloc(0)).toString('hex') });
        piece.fill(0x78);
        at += cut;
      }
      return JSON.stringify(found) === JSON.stringify(frames.map(({ text, data }) => ({ text, data: Buffer.from(data).toString('hex') })));
    }),
  );
});

t.test('the rest of a frame can be put in its place', async (t) => {
  const room = Buffer.alloc(100);
  const reader = new FrameReader(100, 100, (sizeBytes) => room.subarray(0, sizeBytes));
  t.equal(reader.missing, undefined);
  t.same(reader.push(Buffer.concat([headOf({ dataBytes: 6 }), Buffer.from('ab')])), []);
  t.equal(reader.missing?.length, 4);
  reader.missing?.write('cd');
  t.equal(reader.filled(2), undefined, 'not whole yet');
  reader.missing?.write('ef');
  t.equal(reader.filled(2)?.data?.toString(), 'abcdef');
  t.equal(reader.missing, undefined);
  t.equal(room.toString('latin1', 0, 6), 'abcdef', 'in the room that was given');
  t.same(reader.push(headOf({ next: 1 })), [{ head: { next: 1 }, data: undefined }]);
});

t.test('frames that cannot be are refused', async (t) => {
  const reader = (): FrameReader => new FrameReader(40, 10);
  for (const [head, message] of [
    ['{"dataBytes":11}', /announces 11 bytes/],
    ['{"dataBytes":0}', /announces 0/],
    ['{"dataBytes":-1}', /announces -1/],
    ['{"dataBytes":1.5}', /announces 1\.5/],
    ['{"dataBytes":"5"}', /announces "5"/],
    ['{"dataBytes":null}', /announces null/],
    ['not JSON', /JSON/],
    [`{"long":"${'x'.repeat(60)}"}`, /longer than 40/],
  ] as const)
    t.throws(() => reader().push(Buffer.from(`${head}\n`)), { message }, head);
  t.same(reader().push(Buffer.from('null\n5\n')), [
    { head: null, data: undefined },
    { head: 5, data: undefined },
  ]);
});

t.test('lines for cmd.exe', async (t) => {
  t.same(cmdCommand('echo "a" b', 437), { file: 'C:\\windows\\system32\\cmd.exe', argv0: 'cmd.exe', rest: '/d /s /c "echo "a" b"' });
  t.equal(cmdCommand('dir', 65001).rest, '/d /s /c "chcp 65001>nul & dir"');
});

t.test('lines that start with a program', async (t) => {
  t.same(directCommand('"C:\\a b\\c.exe" -x "y z"'), { file: 'C:\\a b\\c.exe', argv0: '"C:\\a b\\c.exe"', rest: '-x "y z"' });
  t.same(directCommand('  whoami   /all '), { file: 'whoami', argv0: 'whoami', rest: '/all ' });
  t.equal(directCommand('whoami')?.rest, '');
  t.equal(directCommand(' '), undefined);
  t.equal(directCommand('""'), undefined);
});
