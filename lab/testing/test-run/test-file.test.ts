import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { stillRunning } from '../host-processes.ts';
import { describeFile, describeSummary } from './describe.ts';
import { type TestFileResult, runTestFile } from './test-file.ts';

/** Runs a test file with this text. */
async function runText(
  test: Test,
  text: string,
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<TestFileResult> {
  const root = test.testdir({ 'sample.test.ts': text });
  const { timeoutMs = 20_000, signal = new AbortController().signal } = options;
  return await runTestFile({ root, file: 'sample.test.ts', timeoutMs, signal });
}

t.test('counts the test points of all levels', async (t) => {
  const result = await runText(
    t,
    `import t from 'tap';
     t.ok(true, 'one');
     t.test('outer', async (t) => { t.ok(true, 'two'); t.test('inner', async (t) => { t.ok(true, 'three'); }); });
     t.test('not here', { skip: 'needs a browser: apt-get install chromium' }, async () => {});`,
  );
  t.match(result, {
    ok: true,
    passed: 3,
    failures: [],
    skips: [{ name: /not here/, reason: 'needs a browser: apt-get install chromium' }],
  });
  t.match(describeFile(result), /^ok {3}sample\.test\.ts {2}3 passed, 1 skipped/);
});

t.test('a failed test point is told in full', async (t) => {
  const result = await runText(
    t,
    `import t from 'tap';
     console.error('a hint on the error stream');
     t.test('outer', async (t) => { t.same({ a: 1 }, { a: 2 }, 'the same thing'); t.ok(true); });`,
  );
  t.match(result, { ok: false, passed: 1, failures: [{ name: /outer.*the same thing/ }] });
  const text = describeFile(result);
  t.match(text, /^FAIL sample\.test\.ts {2}1 passed, 1 failed/);
  t.match(text, /at .*sample\.test\.ts:3:/, 'with its place');
  t.match(text, /-\s+"a": 2,\n.*\+\s+"a": 1,/, 'with the difference');
  t.match(text, /a hint on the error stream/, 'with what else the file printed');
});

t.test('a file that proves nothing fails', async (t) => {
  const reasons: readonly (readonly [what: string, text: string, reason: RegExp])[] = [
    ['no test point', 'export {};', /makes no test point/],
    ['cannot be loaded', "import './not-there.ts';", /exit code 1/],
    ['exits early', "import t from 'tap'; t.test('a', async (t) => { t.ok(true); await new Promise(() => {}); });", /./],
    ['dies', "import t from 'tap'; t.ok(true); process.kill(process.pid, 'SIGKILL'); setTimeout(() => {}, 9000);", /SIGKILL/],
    [
      'a bad exit code',
      "import t from 'tap'; t.ok(true); t.teardown(() => process.on('exit', () => { process.exitCode = 9; }));",
      /exit code 9/,
    ],
    ['a skip without a reason', "import t from 'tap'; t.test('a', { skip: true }, async () => {});", /skipped without a reason/],
    ['a test to be written', "import t from 'tap'; t.test('a', { todo: 'later' }, async () => {});", /still to be written/],
  ];
  for (const [what, text, reason] of reasons) {
    await t.test(what, async (t) => {
      const found = await runText(t, text);
      t.equal(found.ok, false);
      t.match(describeFile(found), reason);
      t.not(found.failures.length, 0, 'counts as failed');
    });
  }
});

t.test('a file that takes too long is ended, and says what it waited for', async (t) => {
  const result = await runText(
    t,
    "import t from 'tap'; t.test('waits', async () => { await new Promise((r) => setTimeout(r, 60_000)); });",
    {
      timeoutMs: 1500,
    },
  );
  t.equal(result.ok, false);
  t.match(describeFile(result), /ran longer than 1\.5 s/);
  t.match(describeFile(result), /waits/);
  t.ok(result.durationMs < 20_000, 'it did not run to its end');
});

const STARTS_A_SLEEPER = `import t from 'tap';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
const child = spawn('sleep', ['600'], { stdio: 'inherit' });
child.unref();
writeFileSync(new URL('pid', import.meta.url), String(child.pid));
`;

t.test('what a file leaves running is ended with it, also when it holds the pipes', async (t) => {
  const result = await runText(t, `${STARTS_A_SLEEPER} t.ok(true);`);
  t.match(result, { ok: true, passed: 1 });
  const pid = Number(readFileSync(path.join(t.testdirName, 'pid'), 'utf8'));
  t.same(await stillRunning([pid]), [], 'the program is gone');
});

t.test('an abort ends the file and all it started', async (t) => {
  const stop = new AbortController();
  const running = runText(t, `${STARTS_A_SLEEPER} t.ok(true); setTimeout(() => {}, 60_000);`, { signal: stop.signal });
  const pidFile = path.join(t.testdirName, 'pid');
  while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 20));
  stop.abort();
  const result = await running;
  t.equal(result.ok, false);
  t.same(await stillRunning([Number(readFileSync(pidFile, 'utf8'))]), [], 'the program is gone');
});

t.test('the last line of a run has the counts', async (t) => {
  const passed: TestFileResult = { file: 'a.test.ts', ok: true, passed: 3, failures: [], skips: [], output: '', durationMs: 1 };
  const failed: TestFileResult = { ...passed, file: 'b.test.ts', ok: false, failures: [{ name: 'x', diagnosis: {} }] };
  const skipped: TestFileResult = { ...passed, file: 'c.test.ts', skips: [{ name: 'y', reason: 'no browser' }] };
  const end = { interrupted: undefined, notRun: 0 };
  t.match(describeSummary([passed], end), /\n3 passed, 0 failed\n$/);
  t.match(describeSummary([passed, failed], end), /Failed:\n {2}b\.test\.ts\n\n6 passed, 1 failed\n$/);
  t.match(describeSummary([passed, skipped], end), /Skipped:\n {2}c\.test\.ts: y: no browser\n\n6 passed, 0 failed, 1 skipped\n$/);
  t.match(describeSummary([], end), /No test file matches\.\n\n0 passed, 0 failed\n$/);
  t.match(
    describeSummary([passed], { interrupted: 'SIGINT', notRun: 2 }),
    /Stopped by SIGINT: 2 files did not finish\.\n\n3 passed, 0 failed\n$/,
  );
});
