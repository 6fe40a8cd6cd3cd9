import t from 'tap';
import { attacks, hostile } from '../../testing/fixtures/hostile-text.ts';
import { sampleRun } from '../../testing/fixtures/sample-run.ts';
import { displayWidth, fitColumns, padColumns } from './display-width.ts';
import { plainLine, plainText } from './plain-text.ts';
import { durationText, elapsedText, sizeText } from './quantity.ts';
import { reasonsOf } from './reasons.ts';
import { scanWords } from './scan-words.ts';
import { verdictMeaning, verdictWords } from './verdict-words.ts';

t.test('plain text', async (t) => {
  t.equal(plainText('a\r\nb\tc', 100), 'a\nb c');
  t.equal(plainLine('  a\r\n b ', 100), 'a b');
  t.equal(plainText(`${attacks.clearScreen}x`, 100), 'x');
  t.equal(plainText(`${attacks.windowTitle}x`, 100), 'x', 'what a string carries goes with it');
  t.equal(plainText(`${attacks.hyperlink}x`, 100), 'herex');
  t.equal(plainText(`${attacks.eightBit}x`, 100), 'x');
  t.equal(plainText(attacks.lineFakery, 100), '\nACCEPTED');
  t.equal(plainText(attacks.bidi, 100), 'gnp.exe');
  t.equal(plainText(attacks.loneSurrogate, 100), '\ufffd');
  t.equal(plainText('アニメ 🎞', 100), 'アニメ 🎞', 'ordinary text of any script stays');
  t.equal(plainText('abcdef', 4), 'abc…');
  t.equal(plainText('ab🎞f', 4), 'ab…', 'no half character is left');
  t.equal(plainText(hostile('x'), 500).length, 500);
  t.equal(plainText(`\u001b]${'A'.repeat(1 << 20)}`, 10).length, 10, 'a string without an end is bounded too');
  const startedMs = performance.now();
  plainText('\u001b]0;'.repeat(5 << 20), 1000);
  t.ok(performance.now() - startedMs < 1000, 'twenty megabytes of openings cost nothing');
});

t.test('quantities', async (t) => {
  t.same([0, 999.4, 999.6, 1249, 59_949, 59_951, 125_000, 3_700_000].map(durationText), [
    '0 ms',
    '999 ms',
    '1.0 s',
    '1.2 s',
    '59.9 s',
    '1 min',
    '2 min 5 s',
    '1 h 1 min',
  ]);
  t.same([0, 999, 1999, 61_500].map(elapsedText), ['0 s', '0 s', '1 s', '1 min 1 s']);
  t.same([0, 999, 1000, 38_541_107, 999_950, 5e15].map(sizeText), ['0 B', '999 B', '1.0 kB', '38.5 MB', '1.0 MB', '5000.0 TB']);
});

t.test('widths on a terminal', async (t) => {
  t.equal(displayWidth('abc'), 3);
  t.equal(displayWidth('アニメ'), 6);
  t.equal(displayWidth('e\u0301'), 1);
  t.equal(fitColumns('アニメ', 4), 'ア…');
  t.equal(fitColumns('abc', 3), 'abc');
  t.equal(fitColumns('abc', 0), '');
  t.equal(padColumns('ア', 4), 'ア  ');
});

t.test('a verdict that was not reached on Windows never goes without saying so', async (t) => {
  for (const verdict of ['accepted', 'rejected', 'blocked', 'interrupted'] as const) {
    t.match(verdictWords(verdict, 'emulated').qualifier, /rehearsal \(emulated, not Windows\)/);
    t.match(verdictWords(verdict, 'simulated').qualifier, /simulation \(simulated, not Windows\)/);
    t.equal(verdictWords(verdict, 'windows').qualifier, undefined);
  }
  t.match(verdictMeaning(sampleRun('emulated').record), /what was skipped.*nothing here was learnt on Windows/);
  t.notMatch(verdictMeaning(sampleRun('accepted').record), /rehearsal/);
  const { record } = sampleRun('emulated');
  const mixed = {
    ...record,
    guests: record.guests.map((guest, index) => (index === 0 ? { ...guest, assurance: 'windows' as const } : guest)),
  };
  t.match(verdictMeaning(mixed), /not all of this was learnt on Windows/);
});

t.test('scans: what somebody answers for does not count against the release', async (t) => {
  const { record } = sampleRun('rejected');
  const [lint, malware] = record.scans.map((result) => scanWords(result, record.suppressed));
  t.same(lint, { kind: 'failed', text: '1 error, 1 note, 1 accepted' });
  t.same(malware, { kind: 'inconclusive', text: 'did not run' });
  const accepted = sampleRun('accepted').record;
  const [first] = accepted.scans;
  if (first === undefined) throw new Error('the sample has no scans');
  t.same(scanWords(first, accepted.suppressed), { kind: 'passed', text: '1 note, 1 accepted' });
  t.same(scanWords({ ...first, outcome: { kind: 'clean' } }, []), { kind: 'passed', text: 'clean' });
});

t.test('each reason comes with what to do, where the record knows', async (t) => {
  const [rejected] = reasonsOf(sampleRun('rejected').record);
  t.match(rejected, { cell: 'clean-install@win11', hint: /^Remove the file on exit/ });
  t.match(reasonsOf(sampleRun('rejected').record).at(-1), {
    text: /^executable-lint: it needs .*VCRUNTIME140/,
    hint: /^Bring the library/,
  });
  const blocked = reasonsOf(sampleRun('blocked').record);
  t.match(blocked, [{ cell: 'clean-install@win11', hint: /lab doctor/ }, { cell: 'benchmark@win11' }]);
  t.same(reasonsOf(sampleRun('accepted').record), []);
  const { record } = sampleRun('rejected');
  const failed = { code: 'build.failed', kind: 'product' as const, message: 'It does not build', hint: 'Mend it' };
  t.match(reasonsOf({ ...record, reasons: ['It does not build'], errors: [failed] }), [{ text: 'It does not build', hint: 'Mend it' }]);
});
