import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import t from 'tap';
import { callUntil } from '../engine/deadline.ts';
import { callFor, openCall } from '../testing/calls.ts';
import { takeLock } from './lock.ts';

const name = (what: string): string => `${what}-${process.pid}`;
const silent = (): void => {};

t.test('one holder at a time; a waiter is told who holds it and gets it next', async (t) => {
  const first = await takeLock(name('turns'), 'first purpose', silent, openCall());
  let told: unknown;
  const waiting = takeLock(
    name('turns'),
    'second',
    (holder) => {
      told = holder;
      void first[Symbol.asyncDispose]();
    },
    callFor(5000),
  );
  const second = await waiting;
  t.match(told, { pid: process.pid, purpose: 'first purpose', since: /^\d{4}-/ });
  await second[Symbol.asyncDispose]();
});

t.test('a stranger under the name says nothing, and is waited for', async (t) => {
  const address = `\0anivault-lab-${process.getuid?.() ?? 0}-${createHash('sha256').update(name('squatted')).digest('hex').slice(0, 32)}`;
  for (const greeting of [
    'not JSON\n',
    '[]\n',
    '{"pid":"1","purpose":"x","since":"now"}\n',
    '{"pid":1,"purpose":2,"since":"2026-01-01T00:00:00Z"}\n',
    'x'.repeat(9000),
  ]) {
    const stranger = net.createServer((socket) => socket.on('error', () => {}).write(greeting, () => stranger.close()));
    stranger.on('connection', (socket) => setTimeout(() => socket.destroy(), 20));
    stranger.listen(address);
    await once(stranger, 'listening');
    const told: unknown[] = [];
    const lock = await takeLock(name('squatted'), 'mine', (holder) => told.push(holder), callFor(5000));
    await lock[Symbol.asyncDispose]();
    t.same(told, [], JSON.stringify(greeting.slice(0, 40)));
  }
});

t.test('different names do not meet', async (t) => {
  await using _a = await takeLock(name('a'), '', silent, openCall());
  await using _b = await takeLock(name('b'), '', silent, callFor(1000));
  t.pass('both are held');
});

t.test('waiting ends with the call', async (t) => {
  await using _held = await takeLock(name('held'), '', silent, openCall());
  const stop = new AbortController();
  const reason = new Error('enough');
  await t.rejects(
    takeLock(name('held'), '', () => stop.abort(reason), callUntil(stop.signal)),
    reason,
  );
});

t.test('a holder that is killed outright leaves no lock behind', async (t) => {
  const script = `import { takeLock } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)};
    await takeLock(${JSON.stringify(name('killed'))}, 'doomed', () => {}, { signal: new AbortController().signal, deadline: { remainingMs: () => Infinity } });
    process.stdout.write('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  let told: unknown;
  const lock = await takeLock(
    name('killed'),
    'heir',
    (holder) => {
      told = holder;
      child.kill('SIGKILL');
    },
    callFor(10_000),
  );
  t.match(told, { pid: child.pid, purpose: 'doomed' });
  await lock[Symbol.asyncDispose]();
});

t.test('many at once each get it exactly once', async (t) => {
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 12 }, async () => {
      await using _lock = await takeLock(name('crowd'), '', silent, callFor(10_000));
      most = Math.max(most, (inside += 1));
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    }),
  );
  t.equal(most, 1);
});
