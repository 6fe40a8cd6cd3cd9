import t from 'tap';
import { noWine, prepareWine, startBareGuest, testCall, wineSpecs } from '../../testing/wine-rig.ts';
import { type GuestCommand, type GuestProcess, StartFailure } from '../../core/guest-processes.ts';

t.setTimeout(180_000);
t.jobs = 1;

const cmd = (line: string, more: Partial<GuestCommand> = {}): GuestCommand => ({ line, shell: 'cmd', env: {}, codePage: 437, ...more });
const node = (script: string, more: Partial<GuestCommand> = {}): GuestCommand => ({
  line: `X:\\node.exe -e "${script}"`,
  shell: 'none',
  env: {},
  codePage: 65001,
  ...more,
});

async function collect(running: GuestProcess): Promise<{ stdout: string; stderr: string; code: number }> {
  const parts: Record<'stdout' | 'stderr', Uint8Array[]> = { stdout: [], stderr: [] };
  for await (const { stream, bytes } of running.output) parts[stream].push(bytes);
  return { stdout: Buffer.concat(parts.stdout).toString(), stderr: Buffer.concat(parts.stderr).toString(), code: await running.exited };
}

t.test('processes in a guest', { skip: noWine }, async (t) => {
  const call = testCall();
  const { link, sandbox } = await startBareGuest(t, await prepareWine('auto', call), wineSpecs.win11, call);
  const run = async (command: GuestCommand): Promise<{ stdout: string; stderr: string; code: number }> => {
    const running = await link.start(command);
    await running.end();
    return collect(running);
  };

  await t.test('the agent runs on the Windows that was asked for', async (t) => {
    const greeting = await link.ready;
    t.equal(greeting.osRelease, '10.0.26100');
    t.equal(greeting.node, process.version, 'the guest has the node the lab has');
  });

  await t.test('lines reach cmd.exe as they are', async (t) => {
    t.same(await run(cmd('echo "a  b" c')), { stdout: '"a  b" c\r\n', stderr: '', code: 0 });
    t.match(await run(cmd('"X:\\node.exe" -p "1+1" & echo two')), { stdout: '2\ntwo\r\n', code: 0 });
    t.match(await run(cmd('echo %COMPUTERNAME% %USERNAME% %CD%')), { stdout: 'BARE guest C:\\users\\guest\r\n' });
    t.match(await run(cmd('echo äöü 日本', { codePage: 65001 })), { stdout: 'äöü 日本\r\n' });
    t.match(
      await run(cmd('echo %ONE% %path%', { env: { one: 'x y', Path: 'C:\\windows' } })),
      { stdout: 'x y C:\\windows\r\n' },
      'names of variables have no case',
    );
    t.match(await run(cmd('cd', { cwd: 'C:\\windows' })), { stdout: 'C:\\windows\r\n' });
    t.match(await run(cmd('nosuchprogram')), { code: 9009 });
  });

  await t.test('exit codes keep their 32 bits, through cmd.exe too', async (t) => {
    for (const code of [300, 70_000, 3_221_225_477, 4_294_967_295]) {
      t.equal((await run(node(`process.exit(${code})`))).code, code);
      t.equal((await run(cmd(`X:\\node.exe -e process.exit(${code})`))).code, code);
    }
  });

  await t.test('streams are apart and come as they are written', async (t) => {
    const running = await link.start(
      node("process.stdout.write('one');process.stdin.once('data',d=>{process.stderr.write('got '+d);process.exit(7)})"),
    );
    const output = running.output[Symbol.asyncIterator]();
    const first = await output.next();
    t.match(first.value, { stream: 'stdout' });
    t.equal(Buffer.from(first.value?.bytes ?? []).toString(), 'one', 'output comes while the program runs');
    await running.write(Buffer.from('input'));
    const second = await output.next();
    t.match(second.value, { stream: 'stderr' });
    t.equal(Buffer.from(second.value?.bytes ?? []).toString(), 'got input');
    t.equal((await output.next()).done, true);
    t.equal(await running.exited, 7);
    await t.rejects(running.write(Buffer.from('late')), 'standard input of an ended process takes nothing');
    running.kill();
  });

  await t.test('standard input arrives whole and ends', async (t) => {
    const running = await link.start(
      node(
        "const h=require('crypto').createHash('sha256');let n=0;process.stdin.on('data',d=>{h.update(d);n+=d.length}).on('end',()=>console.log(n,h.digest('hex')))",
      ),
    );
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256');
    const piece = Buffer.alloc(700_001, 'anivault ');
    for (let i = 0; i < 8; i += 1) {
      hash.update(piece);
      await running.write(piece);
    }
    await running.end();
    await running.end();
    t.equal((await collect(running)).stdout, `${8 * piece.length} ${hash.digest('hex')}\n`);
  });

  await t.test('a program that reads nothing holds its writer back', async (t) => {
    const running = await link.start(node('setInterval(()=>{},1000)'));
    let taken = false;
    const writing = running.write(Buffer.alloc(4 << 20)).then(
      () => (taken = true),
      () => {},
    );
    await run(cmd('echo other'));
    t.equal(taken, false, 'the bytes are not taken while nobody reads');
    running.kill();
    await writing;
    t.equal(taken, false, 'the write fails when the process ends');
    t.not(await running.exited, 0);
  });

  await t.test('an endless program is held back until somebody reads', async (t) => {
    const running = await link.start(
      node("const b=Buffer.alloc(65536,120);const w=()=>{while(process.stdout.write(b));process.stdout.once('drain',w)};w()"),
    );
    // Other processes are not held up by it.
    for (let i = 0; i < 3; i += 1) t.match(await run(cmd('echo still')), { stdout: 'still\r\n' });
    let bytes = 0;
    for await (const part of running.output) {
      bytes += part.bytes.length;
      if (bytes > 8 << 20) break;
    }
    t.ok(bytes > 8 << 20, 'what was held back comes when it is read');
    running.kill();
    t.not(await running.exited, 0);
  });

  await t.test('killing ends what the program started', async (t) => {
    const running = await link.start(cmd('X:\\node.exe -e "console.log(process.pid);setInterval(()=>{},1000)"'));
    const output = running.output[Symbol.asyncIterator]();
    const pid = Buffer.from((await output.next()).value?.bytes ?? [])
      .toString()
      .trim();
    t.match(pid, /^\d+$/);
    running.kill();
    await running.exited;
    t.equal((await output.next()).done, true);
    // It may be there for a moment longer than its pipes.
    const look = `let n=500;const look=()=>{try{process.kill(${pid},0);n--?setTimeout(look,20):console.log('alive')}catch(e){console.log(e.code)}};look()`;
    t.equal((await run(node(look))).stdout, 'ESRCH\n');
  });

  await t.test('a grandchild that keeps the pipes does not keep the result', async (t) => {
    const started = performance.now();
    const result = await run(
      node(
        "require('child_process').spawn(process.execPath,['-e','setTimeout(()=>{},20000)'],{stdio:'inherit',detached:true}).unref();console.log('done');process.exit(5)",
      ),
    );
    t.match(result, { stdout: 'done\n', code: 5 });
    t.ok(performance.now() - started < 10_000);
  });

  await t.test('what cannot be started is refused with its Win32 code', async (t) => {
    const refused = async (command: GuestCommand, win32Code: number): Promise<void> => {
      const error = await link.start(command).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      t.ok(error instanceof StartFailure);
      t.match(error, { win32Code });
    };
    await refused({ ...cmd('nosuchprogram.exe -x'), shell: 'none' }, 2);
    await refused({ ...cmd('   '), shell: 'none' }, 87);
    await refused(cmd('echo', { cwd: 'C:\\nowhere' }), 267);
  });

  await t.test('direct programs get their arguments as they are written', async (t) => {
    const show = 'console.log(JSON.stringify(process.argv.slice(1)))';
    t.equal((await run({ ...cmd(`"X:\\node.exe" -e "${show}" "a b" c\\"d ""`), shell: 'none' })).stdout, '["a b","c\\"d",""]\n');
  });

  await t.test('many at once', async (t) => {
    const results = await Promise.all([1, 2, 3, 4].map((n) => run(node(`process.stdout.write('${n}'.repeat(300000))`))));
    t.same(
      results.map((result) => [result.code, result.stdout.length, new Set(result.stdout).size]),
      [1, 2, 3, 4].map(() => [0, 300_000, 1]),
    );
  });

  await t.test('a lost guest ends everything', async (t) => {
    const running = await link.start(node('setInterval(()=>{},1000)'));
    const writing = running.write(Buffer.alloc(1 << 20));
    sandbox.kill('SIGKILL');
    t.equal(await running.exited, 0xc000013a);
    await t.rejects(writing);
    t.match(await collect(running), { stdout: '' });
    t.type(await link.lost, 'string');
    await t.rejects(link.start(cmd('echo')), { name: 'StartFailure' });
  });
});
