import t from 'tap';
import { CopyRate, copyProgress } from './copy-progress.ts';

t.test('rate and time that is left', async (t) => {
  const rate = new CopyRate();
  t.equal(rate.perSecond(), undefined);
  t.equal(rate.describe(0, 100_000_000), '  0 %  0 B of 100.0 MB');
  for (let atMs = 0; atMs <= 2000; atMs += 100) rate.add(atMs * 10_000, atMs);
  t.equal(rate.perSecond(), 10_000_000);
  t.equal(rate.describe(20_000_000, 100_000_000), ' 20 %  20.0 MB of 100.0 MB, 10.0 MB/s, 8.0 s left');
  t.equal(rate.describe(100_000_000, 100_000_000), '100 %  100.0 MB of 100.0 MB');
  t.equal(rate.describe(0, 0), '100 %  0 B of 0 B', 'an empty file is whole');
  for (let atMs = 2100; atMs <= 12_000; atMs += 100) rate.add(20_000_000 + (atMs - 2000) * 1000, atMs);
  t.ok(Math.abs((rate.perSecond() ?? 0) - 1_000_000) < 30_000, 'only the last seconds count');
});

t.test('a bar on a terminal, now and then a line elsewhere', async (t) => {
  let nowMs = 0;
  const clock = { monotonicMs: () => nowMs };
  const run = (isTerminal: boolean, columns = 100): string => {
    let written = '';
    nowMs = 0;
    const progress = copyProgress({ write: (text) => void (written += text), columns }, isTerminal, clock);
    for (let step = 0; step <= 1000; step++) {
      nowMs = step * 20;
      progress.show(step * 1000, 1_000_000);
    }
    progress[Symbol.dispose]();
    return written;
  };
  const bar = run(true);
  t.match(bar, /█{15}░{15} {2}50 % {2}500\.0 kB of 1\.0 MB/);
  t.ok(bar.endsWith('\u001b[?25h'), 'the cursor is back');
  t.ok((bar.match(/ %/g) ?? []).length <= 210, 'it is drawn ten times a second at most');
  const lines = run(false).trimEnd().split('\n');
  t.equal(lines.length, 4);
  t.match(lines[0], /^25 % {2}250\.0 kB of 1\.0 MB, 50\.0 kB\/s, 15\.0 s left$/);
  t.ok(
    run(true, 20)
      .split(/[\r\n]|\u001b\[[0-9;?]*[A-Za-z]/)
      .every((line) => line.length < 20),
    'a narrow terminal is not overrun',
  );
});
