import { spawn } from 'node:child_process';
import t from 'tap';
import { cpuBetween, cpuSoFar, readProcessTimes } from './winrm-cpu.ts';

t.test('a line of the system is read whatever the name of the process', async (t) => {
  const rest = 'S 17 1 1 0 -1 4194560 9 9 0 0 150 50 25 75 20 0 1 0 99 0 0';
  for (const name of ['node', 'a) b', '(x) S 9 9'])
    t.same(readProcessTimes(`4015 (${name}) ${rest}`), { parent: 17, ownSeconds: 2, endedSeconds: 1 }, name);
});

t.test('time is told by who spent it', { skip: process.platform !== 'linux' && 'it needs /proc' }, async (t) => {
  const busy = 'const end = performance.now() + 300; while (performance.now() < end);';
  // An endpoint that is idle itself: one child is busy and stays, another one is busy and ends.
  const script = `
    const { spawn } = require('node:child_process');
    process.stdin.once('data', () => {
      const stays = spawn(process.execPath, ['-e', ${JSON.stringify(`${busy} console.log('done'); setInterval(() => {}, 1000)`)}], { stdio: ['pipe', 'pipe', 'inherit'] });
      stays.stdout.once('data', () => {
        const ends = spawn(process.execPath, ['-e', ${JSON.stringify(busy)}], { stdio: 'inherit' });
        ends.once('exit', () => console.log('over'));
      });
      process.stdin.once('end', () => stays.kill('SIGKILL'));
    });
    console.log('ready');
  `;
  const endpoint = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => endpoint.stdin.end());
  const said = (): Promise<unknown> => new Promise((resolve) => endpoint.stdout.once('data', resolve));
  await said();
  const before = cpuSoFar(endpoint.pid ?? 0);
  endpoint.stdin.write('go');
  await said();
  const after = cpuSoFar(endpoint.pid ?? 0);
  if (before === undefined || after === undefined) return t.fail('the system told nothing');
  const spent = cpuBetween(before, after);
  t.ok(spent.guest > spent.endpoint, JSON.stringify(spent));
  // Two loops of 300 ms, of which a busy machine gives them a part, and the start of two processes.
  t.ok(spent.guest > 0.1, JSON.stringify(spent));
  t.ok(spent.lab < spent.guest, JSON.stringify(spent));
  t.equal(cpuSoFar(2 ** 30), undefined, 'there is no such process');
  return undefined;
});
