import t from 'tap';
import { partsOf } from './lab-runs.ts';
import { ratios, summarise, written } from './measurement.ts';
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
});

t.test('a section replaces its last one and nothing else', async (t) => {
  const before = withSection('# Performance\n\nAbove.\n', result);
  const page = withSection(`${before}\nBelow.\n`, { ...result, commit: 'def' });
  t.match(page, /Above\.[^]*commit def[^]*Below\.\n$/);
  t.notMatch(page, 'commit abc');
  t.equal(page.match(/## A sample/g)?.length, 1);
  t.throws(() => withSection('<!-- /bench:sample -->\n<!-- bench:sample -->', result), /not in order/);
});

t.test('numbers', async (t) => {
  t.same(summarise({ label: '', unit: 's', values: [4, 1, 3], limit: 3 }), { median: 3, least: 1, most: 4, kept: true });
  t.equal(summarise({ label: '', unit: 's', values: [4, 1, 3], limit: 2.9 }).kept, false);
  t.equal(summarise({ label: '', unit: 's', values: [4] }).kept, undefined);
  t.same(ratios([2, 6], [1, 4]), [2, 1.5], 'a ratio for each pair');
  t.same([1234.5, 99.44, 1.005, 0.123].map(written), ['1235', '99.4', '1.00', '0.12']);
});

t.test('the parts of runs come from their journals', async (t) => {
  const line = (durationMs: number): never => ({ event: { type: 'step-finished', step: 'build', durationMs, lines: [] } }) as never;
  const run = (durationMs: number): Parameters<typeof partsOf>[0][number] => ({ wallSeconds: 9, exitCode: 0, journal: [line(durationMs)] });
  t.same(partsOf([run(1000), run(3000)]), [{ label: '… step build', unit: 's', values: [1, 3] }]);
});
