import t from 'tap';
import { judgeScans } from './judge-scans.ts';
import { type ScanPolicy, scanPolicy } from './scan-policy.ts';
import type { ScanFinding, ScanOutcome, ScanResult } from './scan.ts';

const finding = (changes: Partial<ScanFinding> = {}): ScanFinding => ({
  code: 'secrets.key',
  severity: 'error',
  message: 'there is a key',
  fix: 'Take it out.',
  where: { path: 'src/a.ts', line: 3 },
  fingerprint: '0123456789abcdef',
  ...changes,
});
const result = (outcome: ScanOutcome, changes: Partial<ScanResult> = {}): ScanResult => ({
  scanner: 'secrets',
  title: 'Secrets',
  question: 'Is there a secret?',
  looked: { files: 1, bytes: 1 },
  outcome,
  durationMs: 1,
  ...changes,
});
const found = (...findings: ScanFinding[]): ScanResult => result({ kind: 'findings', findings });
const policyOf = (changes: Partial<ScanPolicy> = {}): ScanPolicy => ({ ...scanPolicy.parse({}), ...changes });
const terms = { owner: 'Mei', reason: 'known', expires: '2026-12-31' };
const judge = (results: readonly ScanResult[], policy: Partial<ScanPolicy> = {}, today = '2026-11-21', expected = ['secrets']) =>
  judgeScans(results, expected, policyOf(policy), today);

t.test('clean is clean', async (t) => {
  t.same(judge([result({ kind: 'clean' })]), { rejections: [], blocks: [], suppressed: [], stale: [] });
});

t.test('a finding rejects from the threshold on', async (t) => {
  t.same(judge([found(finding())]).rejections, ['secrets: there is a key (src/a.ts:3)']);
  const { where: _, ...nowhere } = finding();
  t.same(judge([found(nowhere)]).rejections, ['secrets: there is a key']);
  const mild = found(finding({ severity: 'warning', where: { path: 'a.exe', part: '.text' } }));
  t.same(judge([mild]).rejections, []);
  t.same(judge([mild], { failOn: 'warning' }).rejections, ['secrets: there is a key (a.exe, .text)']);
  t.same(judge([found(finding({ severity: 'note' }))], { failOn: 'note' }).rejections.length, 1);
});

t.test('what did not run is never clean', async (t) => {
  const absent = result({ kind: 'not-run', reason: 'no such program', fix: 'Install it.' });
  t.same(judge([absent]).blocks, ['secrets: did not run (no such program)']);
  t.same(judge([]).blocks, ['secrets: never answered']);
  const mayBeAbsent = [{ scanner: 'secrets', ...terms }];
  t.same(judge([absent], { mayBeAbsent }), { rejections: [], blocks: [], suppressed: [], stale: [] });
  t.same(judge([absent], { mayBeAbsent }, '2026-12-31').blocks, [], 'through its last day');
  t.same(judge([result({ kind: 'clean' })], { mayBeAbsent }).stale, [], 'it may also be there');
  t.match(judge([result({ kind: 'clean' })], { mayBeAbsent }, '2027-01-01').stale, [/past its day/]);
  t.match(judge([absent], { mayBeAbsent }, '2027-01-01').blocks, [/held until 2026-12-31/]);
  t.match(judge([], { mayBeAbsent }).blocks, [/never answered/], 'a scanner that may be absent has to say that it is');
});

t.test('a scanner that misses its control has said nothing', async (t) => {
  const blind = { control: { what: 'a planted key', caught: false } };
  t.match(judge([result({ kind: 'clean' }, blind)]).blocks, [/did not find a planted key/]);
  const both = judge([{ ...found(finding()), ...blind }]);
  t.equal(both.rejections.length, 1, 'what it found counts all the same');
  t.equal(both.blocks.length, 1);
  t.same(judge([result({ kind: 'clean' }, { control: { what: 'a planted key', caught: true } })]).blocks, []);
  const mayBeAbsent = [{ scanner: 'secrets', ...terms }];
  const broken = result({ kind: 'not-run', reason: 'it did not find a planted key', fix: 'Mend it.' }, blind);
  t.same(judge([broken], { mayBeAbsent }).blocks, ['secrets: did not run (it did not find a planted key)'], 'it is there, and broken');
});

t.test('suppressions hold for what they name, until their day', async (t) => {
  const base = { scanner: 'secrets', code: 'secrets.key', ...terms };
  const holding: readonly ScanPolicy['suppressions'][number][] = [
    base,
    { ...base, path: 'src/a.ts' },
    { ...base, path: 'src/*.ts' },
    { ...base, path: '**.ts' },
    { ...base, fingerprint: '0123456789abcdef' },
  ];
  for (const suppression of holding) {
    const judged = judge([found(finding())], { suppressions: [suppression] });
    t.same(judged.rejections, []);
    t.match(judged.suppressed, [{ scanner: 'secrets', owner: 'Mei', reason: 'known', finding: { code: 'secrets.key' } }]);
    t.same(judged.stale, []);
  }
  const others = [
    { ...base, code: 'secrets.other' },
    { ...base, path: 'src/b.ts' },
    { ...base, path: '*.ts' },
    { ...base, path: 'src/a?ts' },
    { ...base, path: 'rc/a.ts' },
    { ...base, fingerprint: 'fedcba9876543210' },
  ];
  for (const suppression of others) {
    const judged = judge([found(finding())], { suppressions: [suppression] });
    t.equal(judged.rejections.length, 1);
    t.match(judged.stale, [/had nothing to do/]);
  }
  const another = judge([found(finding())], { suppressions: [{ ...base, scanner: 'other' }] });
  t.equal(another.rejections.length, 1);
  t.same(another.stale, [], 'what is about a scanner that was not asked may wait');
  const late = judge([found(finding())], { suppressions: [base] }, '2027-01-01');
  t.equal(late.rejections.length, 1);
  t.match(late.stale, [/Mei, until 2026-12-31\) is past its day/]);
});
