import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import type { CellId } from '../../core/ids.ts';
import type { Call } from '../../core/call.ts';
import type { Clock } from '../../core/clock.ts';
import type { Reporter } from '../../core/reporter.ts';
import { Screen } from '../../testing/fixtures/screen.ts';
import { type SampleKind, finishedSample, sampleRun } from '../../testing/fixtures/sample-run.ts';
import { reporterContract } from '../../testing/contracts/reporter-contract.ts';
import { terminalReporter } from './terminal-reporter.ts';

const call: Call = { signal: new AbortController().signal, deadline: { remainingMs: () => Infinity } };

/** A clock whose sleepers wake when the test lets time pass. */
function handClock(): Clock & { readonly pass: (ms: number) => Promise<void>; readonly sleeping: () => number } {
  let nowMs = 0;
  const sleepers = new Set<{ atMs: number; wake: () => void }>();
  return {
    now: () => '2026-11-21T15:00:00.000Z',
    monotonicMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { atMs: nowMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    pass: async (ms) => {
      nowMs += ms;
      for (const sleeper of sleepers) {
        if (sleeper.atMs > nowMs) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      await turn();
    },
    sleeping: () => sleepers.size,
  };
}

function onScreen(columns = 100, rows = 24): { reporter: Reporter; screen: Screen; clock: ReturnType<typeof handClock> } {
  const screen = new Screen(columns, rows);
  const clock = handClock();
  const stream = {
    write: (text: string) => screen.write(text),
    get columns(): number {
      return screen.columns;
    },
    rows,
  };
  return {
    reporter: terminalReporter({
      stream,
      isTty: true,
      columns: 80,
      colour: true,
      clock,
      reportPath: 'reports/x/report.html',
      nextStep: 'npm run lab -- verify x',
    }),
    screen,
    clock,
  };
}

const play = async (reporter: Reporter, kind: SampleKind, until?: string): Promise<void> => {
  for (const line of sampleRun(kind).lines) {
    reporter.on(line);
    if (line.event.type === until) return;
  }
};

await reporterContract(t, 'terminal without a TTY, coloured', 'program', (stream, clock) =>
  // Colours are control characters: only the attacks' own would be a fault, and those are looked for below.
  terminalReporter({
    stream: { write: (text) => stream.write(text.replaceAll(/\u001b\[\d+m/g, '')) },
    isTty: false,
    columns: 100,
    colour: true,
    clock,
  }),
);

async function plain(kind: SampleKind, options: { colour?: boolean; checks?: number } = {}): Promise<string> {
  const sample = sampleRun(kind, options.checks === undefined ? {} : { checks: options.checks });
  let text = '';
  const stream = { write: (piece: string) => void (text += piece) };
  const reporter = terminalReporter({
    stream,
    isTty: false,
    columns: 100,
    colour: options.colour ?? false,
    clock: handClock(),
    reportPath: 'reports/x/report.html',
    nextStep: 'lab verify x',
  });
  for (const line of sample.lines) reporter.on(line);
  await reporter.finish?.(finishedSample(sample), call);
  return text;
}

t.test('without a TTY each line is complete and names its guest', async (t) => {
  const text = await plain('rejected');
  const lines = text.split('\n');
  for (const wanted of [
    /^win10 +starting$/,
    /^win11 +ready in 990 ms .*emulated, not Windows$/,
    /^win10 +bundle copied, 38\.5 MB in 1\.1 s/,
    /^win11 +clean-install started$/,
    /^win11 +✘ clean-install failed in 2\.4 s$/,
    /^win11 +error: The program left/,
    /^win11 +→ Remove the file/,
    /^prepare-guests make the Wine template \(60 %\)$/,
  ]) {
    t.ok(
      lines.some((line) => wanted.test(line)),
      String(wanted),
    );
  }
  t.notOk(text.includes('\u001b'));
});

t.test('colours come only when asked for', async (t) => {
  const coloured = await plain('rejected', { colour: true });
  t.match(coloured, /\u001b\[31m/);
  t.equal(coloured.replaceAll(/\u001b\[\d+m/g, ''), await plain('rejected'), 'and change nothing else');
});

t.test('the summary says the verdict first, in words that cannot be misread', async (t) => {
  const summary = async (kind: SampleKind): Promise<string> => (await plain(kind)).split(/\nrun +over after [^\n]+\n\n/)[1] ?? '';
  t.match(await summary('emulated'), /^ACCEPTED as a rehearsal \(emulated, not Windows\)\n/);
  t.match(await summary('accepted'), /^ACCEPTED\n/);
  t.match(await summary('rejected'), /^REJECTED in a rehearsal \(emulated, not Windows\)\n/);
  t.match(await summary('blocked'), /^BLOCKED in a rehearsal/);
  t.match(await summary('interrupted'), /^INTERRUPTED in a rehearsal/);
  t.match(await summary('rejected'), /Why\n {2}• clean-install@win11: The program left [^\n]+\n {4}→ Remove the file on exit/);
  t.match(await summary('blocked'), /clean-install +✔ passed 2\.1 s +\? inconclusive\n/);
  t.match(await summary('blocked'), /benchmark +✔ passed 6\.2 s +! missing\n/);
  t.match(await summary('blocked'), /win11: Guest win11 did not finish within 120 s/);
  t.match(await summary('emulated'), /Start-up, median: 412 ms \(± 9 ms over 20 runs\)/);
  t.match(await summary('emulated'), /\nReport {2}reports\/x\/report\.html\nNext {4}lab verify x\n$/);
});

t.test('warnings are loud', async (t) => {
  t.match(await plain('not-isolated'), /^run +WARNING +Namespaces are refused here/m);
  t.match(await plain('not-isolated'), /NOT ISOLATED/);
  t.match(await plain('not-isolated', { colour: true }), /\u001b\[43m/);
});

t.test('many cells are told by what did not pass', async (t) => {
  const text = await plain('rejected', { checks: 100 });
  t.match(text, /200 cells: 1 failed, 2 skipped, 197 passed\n {2}✘ clean-install@win11 failed/);
});

t.test('the live region tells what each guest is doing and for how long', async (t) => {
  const { reporter, screen, clock } = onScreen();
  await play(reporter, 'emulated', 'guest-acquiring');
  await clock.pass(100);
  t.match(screen.text(), /build +\nwin10 +starting|build\nwin10 +starting/);
  t.equal(screen.cursorShown, false);
  await clock.pass(3000);
  t.match(screen.text(), /win10 +starting 3 s/);
  reporter.close?.();
  t.equal(screen.cursorShown, true);
  t.notMatch(screen.text(), /starting/, 'the region is gone');
});

t.test('a check under way shows its name and its time; what is over stands above', async (t) => {
  const { reporter, screen, clock } = onScreen();
  await play(reporter, 'emulated', 'cell-started');
  await clock.pass(2100);
  t.match(screen.text(), /win10 +clean-install 2 s$/m);
  t.match(screen.text(), /─── running · 0 of 6 cells answered\nwin10/);
  t.match(screen.text(), /^win10 +bundle copied/m);
  reporter.close?.();
});

t.test('a check that waits for another lab says so, until it goes on', async (t) => {
  const { reporter, screen, clock } = onScreen(200);
  await play(reporter, 'emulated', 'cell-started');
  const [line] = sampleRun('emulated').lines;
  const cell = 'clean-install@win10' as CellId;
  const holder = { pid: 4711, purpose: 'benchmark@\u001b[31mtheirs', since: '2026-01-02T03:04:05.000Z' };
  if (line) reporter.on({ ...line, event: { type: 'cell-waiting', cell, holder } });
  await clock.pass(2100);
  const waiting = /win10 +clean-install, waiting until benchmark@\S*theirs of another lab \(process 4711\) is over/;
  t.match(screen.text(), new RegExp(`${waiting.source}$`, 'm'), 'a line that stays');
  t.match(screen.text(), new RegExp(`${waiting.source} 2 s`), 'and what is going on');
  if (line) reporter.on({ ...line, event: { type: 'cell-waited', cell, durationMs: 2100 } });
  await clock.pass(1100);
  t.match(screen.text(), /win10 +clean-install 1 s$/m);
  reporter.close?.();
});

t.test('a bundle that is copied in the middle of a check leaves the check on the screen', async (t) => {
  const { reporter, screen, clock } = onScreen();
  const lines = sampleRun('emulated').lines;
  await play(reporter, 'emulated', 'cell-started');
  const copied = lines.find(({ event }) => event.type === 'bundle-copied' && event.guest === 'win10');
  t.ok(copied);
  if (copied) reporter.on(copied);
  await clock.pass(2100);
  t.match(screen.text(), /win10 +clean-install 2 s$/m);
  reporter.close?.();
});

t.test('a whole run on a terminal leaves the complete lines and the summary, nothing else', async (t) => {
  const { reporter, screen, clock } = onScreen(90);
  for (const line of sampleRun('emulated').lines) {
    reporter.on(line);
    await clock.pass(150);
  }
  t.equal(clock.sleeping(), 0, 'the redraw loop has ended');
  await reporter.finish?.(finishedSample(sampleRun('emulated')), call);
  reporter.close?.();
  const seen = screen.text();
  t.notMatch(seen, /───|waiting for the next check|copying the bundle/);
  t.equal(seen.split('\n').filter((line) => /✔ clean-install passed in/.test(line)).length, 2);
  t.match(seen, /ACCEPTED as a rehearsal/);
  t.equal(screen.cursorShown, true);
});

t.test('a terminal that is narrowed and widened in mid-run is left without garbage', async (t) => {
  const { reporter, screen, clock } = onScreen(100);
  await play(reporter, 'emulated', 'cell-started');
  for (const columns of [100, 30, 22, 60, 25, 100, 40]) {
    screen.resize(columns);
    await clock.pass(1100);
    const drawn = screen.text().split('\n');
    t.equal(drawn.filter((line) => line.startsWith('───')).length, 1, `one region at ${columns} columns`);
    t.ok(drawn.slice(drawn.findIndex((line) => line.startsWith('───'))).every((line) => line.length <= columns));
  }
  reporter.close?.();
  t.notMatch(screen.text(), /───|next check|clean-install/);
  t.match(screen.text().replaceAll(/\s/g, ''), /win11bundlecopied/, 'what stood above is still there');
});

t.test('more guests than rows still leave one region', async (t) => {
  const { reporter, screen, clock } = onScreen(80, 4);
  await play(reporter, 'emulated', 'cell-started');
  await clock.pass(2000);
  await clock.pass(2000);
  t.equal(
    screen
      .text()
      .split('\n')
      .filter((line) => line.startsWith('───')).length,
    1,
  );
  reporter.close?.();
  t.notMatch(screen.text(), /───/);
});

t.test('the screen is written to only when something changed', async (t) => {
  const screen = new Screen(100, 24);
  const clock = handClock();
  let writes = 0;
  const stream = { columns: 100, rows: 24, write: (text: string) => (writes++, screen.write(text)) };
  const reporter = terminalReporter({ stream, isTty: true, columns: 80, colour: false, clock });
  await play(reporter, 'emulated', 'guest-acquiring');
  await clock.pass(100);
  const before = writes;
  for (let index = 0; index < 8; index += 1) await clock.pass(100);
  t.equal(writes, before, 'ten frames a second, and none is written while the second is the same');
  await clock.pass(200);
  t.ok(writes > before);
  reporter.close?.();
});

t.test('a terminal that goes away in mid-run ends the redraw loop, and the lab learns of it', async (t) => {
  const clock = handClock();
  let gone = false;
  const stream = {
    columns: 80,
    rows: 24,
    write: () => {
      if (gone) throw new Error('EIO');
    },
  };
  const reporter = terminalReporter({ stream, isTty: true, columns: 80, colour: false, clock });
  await play(reporter, 'emulated', 'guest-acquiring');
  gone = true;
  await clock.pass(1500);
  t.equal(clock.sleeping(), 0);
  t.throws(() => sampleRun('emulated').lines.forEach((line) => reporter.on(line)), { message: 'EIO' });
  t.doesNotThrow(() => reporter.close?.());
});
