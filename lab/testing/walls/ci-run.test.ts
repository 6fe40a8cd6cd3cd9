import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { repositoryRoot } from './tracked-files.ts';

const NPM = `#!/usr/bin/env bash
echo "npm $*" >>"$CALLS"
case "$*" in
  test) [[ -n $SLOW ]] && { touch "$CALLS.slow"; sleep 60; }; echo "40 passed, \${FAILING:-0} failed, 2 skipped"; exit $((\${FAILING:-0} > 0)) ;;
  "run $BROKEN") exit 1 ;;
  ci*) exit "\${CI_CODE:-0}" ;;
  "run lab -- --reports"*) [[ -n $LAB_CACHE_DIR && -n $LAB_STATE_DIR ]] || exit 99; exit "\${LAB_CODE:-0}" ;;
esac
`;
// Nothing is installed by a test; what is missing here would be.
const APT = `#!/usr/bin/env bash
exit 1
`;
const NODE = `#!/usr/bin/env bash
echo "{\\"subject\\":\\"wine: isolation\\",\\"state\\":\\"\${ISOLATION:-ok}\\"}"
`;

interface Ended {
  readonly exitCode: number | null;
  readonly lastLine: string | undefined;
  readonly output: string;
  /** Temporary folders that are still there. */
  readonly leftBehind: readonly string[];
}

/** Runs the real script in a folder of its own, with programs in place of npm, Node and Chromium that do what the environment says. */
async function runCi(test: Test, environment: Readonly<Record<string, string>>, signalWhenSlow?: NodeJS.Signals): Promise<Ended> {
  const folder = test.testdir({
    '.ci': {},
    bin: { npm: NPM, chromium: '', 'apt-get': APT, sudo: APT },
    node_modules: { '.bin': { node: NODE } },
    tmp: {},
  });
  copyFileSync(path.join(repositoryRoot, '.ci', 'run'), path.join(folder, '.ci', 'run'));
  const calls = path.join(folder, 'calls');
  const child = spawn('bash', ['-c', 'chmod +x bin/* node_modules/.bin/node && exec bash .ci/run'], {
    cwd: folder,
    env: {
      ...process.env,
      PATH: `${path.join(folder, 'bin')}:${process.env['PATH']}`,
      TMPDIR: path.join(folder, 'tmp'),
      CALLS: calls,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  if (signalWhenSlow) {
    while (!existsSync(`${calls}.slow`)) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill(signalWhenSlow);
  }
  const exitCode = await closed;
  return { exitCode, output, lastLine: output.trimEnd().split('\n').at(-1), leftBehind: readdirSync(path.join(folder, 'tmp')) };
}

t.test('all is well', async (t) => {
  const ended = await runCi(t, {});
  // npm ci, six checks, the run and its seal beside the tests' own points
  t.match(ended, { exitCode: 0, lastLine: '49 passed, 0 failed, 2 skipped', leftBehind: [] }, ended.output);
});

t.test('each thing that fails makes it fail, and the others run all the same', async (t) => {
  const cases: readonly (readonly [what: string, environment: Readonly<Record<string, string>>, lastLine: string])[] = [
    ['tests', { FAILING: '3' }, '49 passed, 3 failed, 2 skipped'],
    ['lint', { BROKEN: 'lint' }, '48 passed, 1 failed, 2 skipped'],
    ['types and dead code', { BROKEN: 'dead-code' }, '48 passed, 1 failed, 2 skipped'],
    ['the run rejects', { LAB_CODE: '1' }, '48 passed, 1 failed, 2 skipped'],
    ['the run is blocked', { LAB_CODE: '3' }, '48 passed, 1 failed, 2 skipped'],
    ['the run accepts without walls', { ISOLATION: 'warning' }, '48 passed, 1 failed, 2 skipped'],
    ['npm ci', { CI_CODE: '1' }, '0 passed, 1 failed'],
  ];
  for (const [what, environment, lastLine] of cases) {
    await t.test(what, async (t) => {
      const ended = await runCi(t, environment);
      t.match(ended, { exitCode: 1, lastLine, leftBehind: [] }, ended.output);
    });
  }
});

t.test('without walls a blocked run is the right one', async (t) => {
  t.match(await runCi(t, { ISOLATION: 'warning', LAB_CODE: '3' }), { exitCode: 0, lastLine: '49 passed, 0 failed, 2 skipped' });
});

t.test('a signal ends it and what it started, and counts as failed', async (t) => {
  const startedMs = performance.now();
  const ended = await runCi(t, { SLOW: 'yes' }, 'SIGTERM');
  t.match(ended, { exitCode: 130, lastLine: '7 passed, 1 failed', leftBehind: [] }, ended.output);
  t.ok(performance.now() - startedMs < 30_000, 'at once');
});
