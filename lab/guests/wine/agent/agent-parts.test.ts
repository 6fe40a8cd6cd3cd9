import fc from 'fast-check';
import t from 'tap';
import { cmdCommand, directCommand } from './command-line.ts';
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
