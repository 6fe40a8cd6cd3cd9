import t from 'tap';
import { remotePath } from '../../core/ids.ts';
import type { Connection, RemoteCommand } from '../../core/transport.ts';
import { callUntil } from '../../engine/deadline.ts';
import { callFor, openCall } from '../../testing/calls.ts';
import { guestToolRig } from '../../testing/guest-tool-rig.ts';
import { agentProgram } from './agent-program.ts';
import { agentToolkit } from './agent-toolkit.ts';
import { residentExchange } from './resident-exchange.ts';

/** A connection that counts what it starts. */
function counting(connection: Connection): { readonly connection: Connection; readonly started: string[] } {
  const started: string[] = [];
  const run: Connection['run'] = (command, call) => {
    started.push(command.line);
    return connection.run(command, call);
  };
  return { connection: { ...connection, run }, started };
}

t.test('questions one after the other are answered by one process, overlapping ones by several', async (t) => {
  const rig = await guestToolRig(t);
  const { connection, started } = counting(rig.connection);
  const toolkit = agentToolkit(residentExchange(connection, async () => agentProgram(rig.launcher)));
  const first = await toolkit.describe(openCall());
  t.same(await toolkit.describe(openCall()), first);
  await t.rejects(toolkit.unpack(remotePath('C:\\no.zip'), remotePath('C:\\x'), openCall()), { code: /^toolkit\./ });
  t.same(await toolkit.describe(openCall()), first, 'an error is an answer');
  t.equal(started.length, 1);
  await Promise.all([toolkit.describe(openCall()), toolkit.describe(openCall())]);
  t.equal(started.length, 2);
  t.match(started, [/ serve$/, / serve$/]);
});

t.test('a question that is given up ends its process; the next one gets another', async (t) => {
  const rig = await guestToolRig(t);
  const { connection, started } = counting(rig.connection);
  const toolkit = agentToolkit(residentExchange(connection, async () => agentProgram(rig.launcher)));
  const sleeper = {
    executable: rig.node,
    args: ['-e', 'setTimeout(()=>{},60000)'],
    cwd: remotePath('C:\\'),
    environment: 'inherited',
    timeoutMs: 60_000,
  } as const;
  const reason = new Error('enough');
  const stop = new AbortController();
  setTimeout(() => stop.abort(reason), 300);
  await t.rejects(toolkit.run(sleeper, callUntil(stop.signal)), reason);
  await toolkit.describe(callFor(10_000));
  t.equal(started.length, 2);
});

/** A connection whose commands are what the test says. */
const scripted = (run: (command: RemoteCommand, signal: AbortSignal) => ReturnType<Connection['run']>): Connection => ({
  run: (command, call) => run(command, call.signal),
  put: () => Promise.reject(new Error('not expected')),
  get: () => Promise.reject(new Error('not expected')),
  putDirectory: () => Promise.reject(new Error('not expected')),
  getDirectory: () => Promise.reject(new Error('not expected')),
  [Symbol.asyncDispose]: async () => {},
});

const ended = {
  exitCode: 0,
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
  truncated: { stdout: false, stderr: false },
  ended: 'exited',
  durationMs: 1,
} as const;

/** A tool that prints `text` once it was asked, and ends when it is told to. */
const printing = (text: string): Connection =>
  scripted(async (command, signal) => {
    for await (const _ of command.stdin as AsyncIterable<Uint8Array>) {
      command.onOutput?.('stdout', Buffer.from(text));
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      throw signal.reason;
    }
    return ended;
  });

t.test('what is not one answer to one question ends the process', async (t) => {
  for (const text of ['a word before\n', '{"ok":{}}\n{"ok":{}}\n', '{"ok":{}}\nx', 'x'.repeat(17 << 20)]) {
    const toolkit = agentToolkit(residentExchange(printing(text), async () => agentProgram('tool')));
    await t.rejects(toolkit.remove(remotePath('C:\\x'), callFor(5000)), { code: 'toolkit.answer-invalid' });
  }
});

t.test('a tool that speaks unasked is not asked again', async (t) => {
  let starts = 0;
  const eager = scripted(async (command, signal) => {
    starts += 1;
    for await (const _ of command.stdin as AsyncIterable<Uint8Array>) {
      command.onOutput?.('stdout', Buffer.from('{"ok":{}}\n'));
      await new Promise((resolve) => setImmediate(resolve));
      command.onOutput?.('stdout', Buffer.from('{"ok":{"entries":[],"complete":true}}\n'));
    }
    signal.throwIfAborted();
    return ended;
  });
  const toolkit = agentToolkit(residentExchange(eager, async () => agentProgram('tool')));
  await toolkit.remove(remotePath('C:\\x'), callFor(5000));
  await new Promise((resolve) => setTimeout(resolve, 20));
  await toolkit.remove(remotePath('C:\\x'), callFor(5000));
  t.equal(starts, 2);
});

t.test('a tool that ends, or a connection that is lost, is the error of the question', async (t) => {
  const ending = (exitCode: number): Connection =>
    scripted(async () => ({ ...ended, exitCode, stderr: Buffer.from('Cannot find module') }));
  const asked = (connection: Connection): Promise<unknown> =>
    agentToolkit(residentExchange(connection, async () => agentProgram('tool'))).describe(callFor(5000));
  await t.rejects(asked(ending(1)), { code: 'toolkit.tool-missing' });
  await t.rejects(asked(ending(0xc0000005)), { code: 'toolkit.tool-failed', message: /exit code 3221225477/ });
  const lost = new Error('the guest is gone');
  await t.rejects(asked(scripted(() => Promise.reject(lost))), lost);
});
