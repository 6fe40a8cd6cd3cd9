import t from 'tap';
import { makeStyle, noStyle } from './style.ts';
import { terminalProgress } from './terminal-progress.ts';

interface Rig {
  /** What the terminal shows in its line now. */
  readonly line: () => string;
  readonly draws: () => number;
  readonly wait: (ms: number) => void;
  readonly progress: ReturnType<typeof terminalProgress>;
}

function rig(columns: number | undefined = 120, style = noStyle): Rig {
  let nowMs = 1_000;
  let written = '';
  let draws = 0;
  const write = (text: string): void => {
    written += text;
    draws += 1;
  };
  return {
    line: () => written.slice(written.lastIndexOf('\r\u001b[K') + 4),
    draws: () => draws,
    wait: (ms) => (nowMs += ms),
    progress: terminalProgress({ write, columns: () => columns, style }, () => nowMs),
  };
}

t.test('amount, rate and, once the total is known, share and remaining time', async (t) => {
  const { line, wait, progress } = rig();
  using bar = progress.start('Reading', 'files');
  wait(1_000);
  bar.advance(500);
  t.equal(line(), 'Reading  500 files  500/s');
  bar.expect(2_000);
  wait(1_000);
  bar.advance(500);
  t.equal(line(), `Reading  ${'█'.repeat(12)}${'░'.repeat(12)}   50 %  1,000 of 2,000 files  500/s  0:02 left`);
  bar.expect(500);
  wait(1_000);
  bar.advance(1);
  t.equal(line(), `Reading  ${'█'.repeat(24)}  100 %  1,001 of 500 files  334/s`, 'more than was expected is no negative time');
});

t.test('the rate is that of the last seconds', async (t) => {
  const { line, wait, progress } = rig();
  using bar = progress.start('Copying', 'bytes');
  bar.expect(2 ** 30);
  for (let second = 0; second < 20; second += 1) {
    wait(1_000);
    bar.advance(second < 10 ? 2 ** 10 : 2 ** 20);
  }
  t.match(line(), /10\.0 MiB of 1\.0 GiB {2}1\.0 MiB\/s {2}16:54 left$/);
});

t.test('at most ten times a second, and not at all for what is done at once', async (t) => {
  const { line, draws, wait, progress } = rig();
  {
    using quick = progress.start('Quick', 'titles');
    wait(150);
    quick.advance(1_000);
  }
  t.equal(draws(), 0);
  using bar = progress.start('Long', 'titles');
  for (let ms = 0; ms < 10_000; ms += 1) {
    wait(1);
    bar.advance();
  }
  t.ok(draws() <= 100 && draws() > 90, String(draws()));
  t.match(line(), /^Long {2}[\d,]+ titles/);
});

t.test('it is taken away for other output and at the end, and comes back', async (t) => {
  const { line, draws, wait, progress } = rig();
  {
    using bar = progress.start('Reading', 'files');
    wait(300);
    bar.advance();
    t.not(line(), '');
    progress.clear();
    t.equal(line(), '');
    const before = draws();
    progress.clear();
    t.equal(draws(), before, 'nothing is written to clear nothing');
    wait(100);
    bar.advance();
    t.not(line(), '');
  }
  t.equal(line(), '');
});

t.test('it fits into one line of the terminal', async (t) => {
  for (const columns of [120, 80, 60, 30, 10, 1]) {
    const { line, wait, progress } = rig(columns);
    using bar = progress.start('Reading names', 'files');
    bar.expect(1_000_000);
    wait(1_000);
    bar.advance(12_345);
    t.ok(line().length < columns, `${columns}: ${line()}`);
  }
  const coloured = rig(120, makeStyle(true));
  using bar = coloured.progress.start('x', 'files');
  bar.expect(10);
  coloured.wait(1_000);
  bar.advance(5);
  t.match(coloured.line(), '\u001b[32m█');
});
