import t from 'tap';
import { partsOf } from './lab-runs.ts';
import { ratios, rotated, summarise, written } from './measurement.ts';
import { type BenchResult, withSection } from './performance-page.ts';

const result: BenchResult = {
  name: 'sample',
  title: 'A sample',
  about: 'Something is measured.',
  measurements: [
    { label: 'slow | thing', unit: 's', values: [3, 1, 2], limit: 1.5 },
    { label: 'quick thing', unit: 'ms', values: [120] },
  ],
  host: { os: 'Debian', kernel: 'Linux 6', architecture: 'x64', logicalProcessors: 2, memoryBytes: 8 * 2 ** 30, node: 'v26.10.0' },
  commit: 'abc',
  date: '2026-11-21',
};

t.test('a section says median, spread, rounds, aim, machine', async (t) => {
  const page = withSection('# Performance\n', result);
  t.match(page, /^# Performance\n\n<!-- bench:sample -->\n\n## A sample\n\nSomething is measured\.\n/);
  t.match(page, /\| slow \\\| thing \| 2\.00 s +\| 1\.00 to 3\.00 \| 3 +\| ≤ 1\.5 s, \*\*not kept\*\* \|/);
  t.match(page, /\| quick thing +\| 120 ms +\| +\| 1 +\| +\|/);
  t.match(page, 'Measured on 2026-11-21 at commit abc on 2 processors, 8 GiB, Debian, kernel Linux 6, Node v26.10.0.');
  t.match(withSection('', { ...result, loadBefore: 0.25 }), 'Node v26.10.0, with a load of 0.3 before.');
});

t.test('a section replaces its last one and nothing else', async (t) => {
  const before = withSection('# Performance\n\nAbove.\n', result);
  const page = withSection(`${before}\nBelow.\n`, { ...result, commit: 'def' });
  t.match(page, /Above\.[^]*commit def[^]*Below\.\n$/);
  t.notMatch(page, 'commit abc');
  t.equal(page.match(/## A sample/g)?.length, 1);
  t.throws(() => withSection('<!-- /bench:sample -->\n<!-- bench:sample -->', result), /not in order/);
});

t.test('groups are tables of their own, what cannot be had is said', async (t) => {
  const page = withSection('# Performance\n', {
    ...result,
    measurements: [
      { group: 'One guest', label: 'ours', unit: 'MB/s', values: [50, 70, 60] },
      { group: 'One guest', label: 'theirs', unit: 'MB/s', values: [], note: 'it cannot copy' },
      { group: 'Two guests', label: 'ours over theirs', unit: '×', values: [12], atLeast: 10 },
    ],
  });
  t.match(
    page,
    /### One guest\n\n\| What[^]*\| ours +\| 60\.0 MB\/s \| 50\.0 to 70\.0 \| 3 [^]*\| theirs \| n\/a +\| +\| +\| +\| it cannot copy \|/,
  );
  t.match(page, /### Two guests\n\n\| What[^]*\| ours over theirs \| 12\.0 × \| +\| 1 +\| ≥ 10 ×, kept \|/);
});

t.test('numbers', async (t) => {
  const measured = (values: readonly number[], aims: { limit?: number; atLeast?: number } = {}) =>
    summarise({ label: '', unit: 's', values, ...aims });
  t.same(measured([4, 1, 3], { limit: 3 }), { median: 3, least: 1, most: 4, aim: '≤ 3 s, kept' });
  t.equal(measured([4, 1, 3], { limit: 2.9 })?.aim, '≤ 2.9 s, **not kept**');
  t.equal(measured([4, 1, 3], { atLeast: 3.1 })?.aim, '≥ 3.1 s, **not kept**');
  t.equal(measured([4, 1, 3], { atLeast: 3 })?.aim, '≥ 3 s, kept');
  t.equal(measured([4])?.aim, '');
  t.equal(measured([]), undefined, 'nothing was measured');
  t.same(ratios([2, 6], [1, 4]), [2, 1.5], 'a ratio for each pair');
  t.same([1234.5, 99.44, 1.005, 0.123].map(written), ['1235', '99.4', '1.00', '0.12']);
});

t.test('every place in the order is everybody’s in turn', async (t) => {
  const rounds = [0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c'], round).join(''));
  t.same(rounds, ['abc', 'bca', 'cab', 'abc']);
  t.same(rotated([], 2), []);
});

t.test('the parts of runs come from their journals', async (t) => {
  const line = (durationMs: number): never => ({ event: { type: 'step-finished', step: 'build', durationMs, lines: [] } }) as never;
  const run = (durationMs: number): Parameters<typeof partsOf>[0][number] => ({ wallSeconds: 9, exitCode: 0, journal: [line(durationMs)] });
  t.same(partsOf([run(1000), run(3000)]), [{ label: '… step build', unit: 's', values: [1, 3] }]);
});
