import type { Test } from 'tap';
import { type RemotePath, joinRemote } from '../../../core/ids.ts';
import type { ProgramResult, ProgramRun } from '../../../core/toolkit.ts';
import type { ToolkitRig } from '../toolkit-contract.ts';

export async function runContract(t: Test, { toolkit, call, scratch, node, wideExitCodes, startUpMs }: ToolkitRig): Promise<void> {
  const cwd = joinRemote(scratch, 'run');
  await toolkit.makeTree(cwd, [{ path: 'here.txt', text: 'here' }], call());
  const run = (script: string, more: Partial<ProgramRun> = {}, args: readonly string[] = []): Promise<ProgramResult> =>
    toolkit.run({ executable: node, args: ['-e', script, ...args], cwd, environment: 'system-only', timeoutMs: 60_000, ...more }, call());

  await t.test('run hands on arguments, input and folder as they are', async (t) => {
    const args = ['a b', 'c"d', 'e\\"f', 'x\\', 'y\\\\', '', '日本 🎬', '%PATH%', '^&|<>', "it's", '$HOME', '*'];
    const echo = await run('console.log(JSON.stringify(process.argv.slice(1)))', {}, ['--', ...args]);
    t.same(JSON.parse(echo.stdout), args);
    t.same([echo.exitCode, echo.ended, echo.stderr, echo.truncated], [0, 'exited', '', false]);
    t.ok(echo.durationMs > 0);
    t.equal((await run('process.stdin.pipe(process.stdout)', { stdin: 'Grüße\r\nend' })).stdout, 'Grüße\r\nend');
    t.equal((await run("process.stdout.write(require('fs').readFileSync('here.txt', 'utf8'))")).stdout, 'here');
    const large = 'x'.repeat(300_000);
    t.equal(
      (await run("process.stdin.resume().on('end', () => console.log('unread')).on('data', () => {})", { stdin: large })).stdout.trim(),
      'unread',
    );
    t.equal((await run('process.exit(0)', { stdin: large })).exitCode, 0, 'a program need not read its input');
  });

  await t.test('run keeps the streams apart, and invalid UTF-8 readable', async (t) => {
    const result = await run(
      `process.stdout.write(Buffer.from('a\\xff\\xfeb\\u0000c', 'latin1')); process.stderr.write('err Ü'); process.exitCode = 7`,
    );
    t.equal(result.stdout, 'a\ufffd\ufffdb\0c');
    t.equal(result.stderr, 'err Ü');
    t.equal(result.exitCode, 7);
  });

  await t.test('run tells exit codes', async (t) => {
    for (const code of [0, 1, 3, 255]) t.equal((await run(`process.exit(${code})`)).exitCode, code);
    if (wideExitCodes) t.equal((await run('process.exit(-1073741819)')).exitCode, 0xc000_0005, 'an access violation');
  });

  await t.test('run keeps output bounded', async (t) => {
    const endless =
      "const b = Buffer.alloc(1 << 20, 'x'); let n = 0; const w = () => { while (n++ < 50) if (!process.stdout.write(b)) return process.stdout.once('drain', w) }; w()";
    const flood = await run(endless, { maxOutputBytes: 5000 });
    t.same([flood.stdout.length, flood.truncated, flood.exitCode, flood.ended], [5000, true, 0, 'exited'], '50 MiB are read to their end');
    const most = await run(endless);
    t.same([most.stdout.length, most.truncated], [1 << 20, true], 'one MiB by default');
    const control = await run('process.stdout.write(Buffer.alloc(2 << 20)); process.stderr.write(Buffer.alloc(2 << 20))', {
      maxOutputBytes: 64 << 20,
    });
    t.equal(control.exitCode, 0, 'the worst text to escape fits into an answer');
    t.equal(control.truncated, true);
    t.match(control.stdout, /^\0+$/);
    const exact = await run("process.stdout.write('12345')", { maxOutputBytes: 5 });
    t.same([exact.stdout, exact.truncated], ['12345', false], 'a bound that is just enough');
  });

  await t.test('run gives the environment that was asked for', async (t) => {
    const show = 'console.log(JSON.stringify(process.env))';
    const bare = JSON.parse((await run(show, { env: { ANSWER: 'zweiundvierzig ü' } })).stdout) as Record<string, string>;
    const names = Object.keys(bare).map((name) => name.toUpperCase());
    t.equal(bare['ANSWER'], 'zweiundvierzig ü');
    const allowed =
      /^(SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|TEMP|TMP|USERPROFILE|USERNAME|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES|PATHEXT|NUMBER_OF_PROCESSORS|PROCESSOR_ARCHITECTURE|OS|PATH|ANSWER|HOMEDRIVE|HOMEPATH|LOGONSERVER|USERDOMAIN|WINE[A-Z0-9]*)$/;
    t.same(
      names.filter((name) => !allowed.test(name)),
      [],
      'nothing else',
    );
    const path = Object.entries(bare).find(([name]) => name.toUpperCase() === 'PATH')?.[1] ?? '';
    t.match(path, /^(?:[A-Z]:\\windows\\system32;[A-Z]:\\windows|\/usr\/bin:\/bin)$/i);
    const changed = JSON.parse((await run(show, { environment: 'inherited', env: { path: 'C:\\mine' } })).stdout) as Record<string, string>;
    t.same(
      Object.entries(changed)
        .filter(([name]) => name.toUpperCase() === 'PATH')
        .map(([, value]) => value),
      ['C:\\mine'],
      'names are compared without case',
    );
  });

  await t.test('run ends the whole tree at the time-out', async (t) => {
    const beat = "setInterval(() => require('fs').appendFileSync('beat.txt', 'x'), 50)";
    const script = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(beat)}], { stdio: 'inherit' }); console.log('started'); setInterval(() => {}, 1000)`;
    const result = await run(script, { timeoutMs: startUpMs });
    t.equal(result.ended, 'timed-out');
    t.match(result.stdout, /started/, 'what it printed before is kept');
    t.ok(result.durationMs >= startUpMs - 100 && result.durationMs < startUpMs + 15_000, `ended in time: ${result.durationMs} ms`);
    const sizes = await run(
      "const size = () => require('fs').statSync('beat.txt').size; const was = size(); setTimeout(() => console.log(JSON.stringify([was, size()])), 700)",
    );
    const [was, is] = JSON.parse(sizes.stdout) as [number, number];
    t.ok(was > 0, 'the grandchild did run');
    t.equal(is, was, 'and runs no more');
  });

  await t.test('run says when a program cannot be started', async (t) => {
    const broken = { args: [], cwd, environment: 'system-only', timeoutMs: 10_000 } as const;
    await t.rejects(toolkit.run({ ...broken, executable: joinRemote(scratch, 'absent.exe') }, call()), { code: 'toolkit.start-failed' });
    await t.rejects(
      toolkit.run({ ...broken, executable: joinRemote(cwd, 'here.txt') }, call()),
      { code: 'toolkit.start-failed' },
      'no program',
    );
    await t.rejects(
      toolkit.run({ ...broken, executable: node, cwd: joinRemote(scratch, 'absent') }, call()),
      { code: 'toolkit.start-failed' },
      'no such folder',
    );
    await t.rejects(
      toolkit.run({ ...broken, executable: 'node' as RemotePath }, call()),
      { code: 'toolkit.verb-failed' },
      'no search along PATH',
    );
  });
}
