import t from 'tap';
import { callFor, openCall } from '../testing/calls.ts';
import { exec } from './exec.ts';

t.test('output, exit code, lines as they come, and what is given on standard input', async (t) => {
  const lines: string[] = [];
  const result = await exec('sh', ['-c', 'cat; echo err >&2; exit 7'], openCall(), {
    input: 'one\ntwo\n',
    onLine: (line, stream) => lines.push(`${stream}: ${line}`),
  });
  t.match(result, { exitCode: 7, signal: undefined, stdout: 'one\ntwo', stderr: 'err', aborted: false });
  t.same(lines.toSorted(), ['stderr: err', 'stdout: one', 'stdout: two']);
});

t.test('only the given environment, when asked', async (t) => {
  const { stdout } = await exec('/usr/bin/env', [], openCall(), { env: { ONLY: 'this' }, onlyEnv: true });
  t.equal(stdout, 'ONLY=this');
  const lean = await exec('/usr/bin/env', [], openCall(), { env: { ONLY: 'this' }, leanEnv: true });
  const names = lean.stdout.split('\n').map((line) => line.replace(/=.*$/, ''));
  t.ok(names.includes('PATH') && names.includes('ONLY'));
  t.same(
    names.filter((name) => !/^(?:ONLY|PATH|TMPDIR|TEMP|TMP)$/.test(name)),
    [],
  );
});

t.test('a program that does not exist throws; one that a signal ends does not', async (t) => {
  await t.rejects(exec('no-such-program-anywhere', [], openCall()), { code: 'ENOENT' });
  t.match(await exec('sh', ['-c', 'kill -9 $$'], openCall()), { exitCode: undefined, signal: 'SIGKILL' });
});

t.test('an aborted call ends the program, also one that ignores being asked', async (t) => {
  const result = await exec('sh', ['-c', 'sleep 60'], callFor(100));
  t.equal(result.aborted, true);
});

t.test('more output than is kept goes by in pieces, and who takes it can end the program', async (t) => {
  let taken = 0;
  const print = ['-e', 'for (let i = 0; i < 400; i += 1) process.stdout.write("x".repeat(65536)); process.exitCode = 3'];
  const result = await exec(process.execPath, print, openCall(), { onOutput: (piece) => (taken += piece.length) });
  t.match({ ...result, taken }, { exitCode: 3, stdout: '', taken: 400 * 65536 });
  const endless = ['-e', 'const more = () => process.stdout.write("y".repeat(65536), more); more()'];
  const full = new Error('enough');
  await t.rejects(
    exec(process.execPath, endless, openCall(), {
      onOutput: () => {
        throw full;
      },
    }),
    full,
  );
});
