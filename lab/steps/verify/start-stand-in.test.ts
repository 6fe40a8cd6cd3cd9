import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { type LocalPath, guestName, remotePath } from '../../core/ids.ts';
import type { ServiceProgram } from '../../core/stand-in.ts';
import { callUntil } from '../../engine/deadline.ts';
import { systemClock } from '../../host/clock.ts';
import { openCall } from '../../testing/calls.ts';
import type { FakeProcess } from '../../testing/fakes/fake-programs.ts';
import { fakeTransport } from '../../testing/fakes/fake-transport.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { type ServiceGuest, startService } from './start-stand-in.ts';

const node = remotePath('X:\\node.exe');
const folder = remotePath('C:\\Lab');
const LINE = '{"url":"http://127.0.0.1:4711/","keys":{"v3":"made up"},"port":4711}\n';

/** A stand-in that prints `line` and ends with its input. */
const serves =
  (line: string) =>
  async ({ stdin, write }: FakeProcess): Promise<number> => {
    for (const letter of line) write('stdout', Buffer.from(letter));
    for await (const _ of stdin);
    return 0;
  };

async function rig(
  test: Test,
  program: (process: FakeProcess) => Promise<number>,
): Promise<{ readonly service: ServiceProgram; readonly guest: ServiceGuest; readonly running: () => number }> {
  const script = path.join(await scratchFolder(test), 'service.cjs') as LocalPath;
  await writeFile(script, 'made up');
  const transport = fakeTransport();
  const { guest, endpoint } = transport.addGuest({ [node]: program });
  const connection = await transport.connect(endpoint, openCall());
  test.teardown(() => connection[Symbol.asyncDispose]());
  const spec = { name: guestName('win10'), os: 'windows-10', build: 19045, provider: 'wine' } as const;
  return {
    service: {
      name: 'the service',
      script,
      environment: { SERVICE_URL: 'url' },
      key: 'keys.v3',
      node: () => Promise.reject(new Error('the guest has one')),
    },
    guest: { spec, connection, node, folder, clock: systemClock },
    running: () => guest.running(),
  };
}

t.test('it says where it listens, and ends when it is stopped', async (t) => {
  const { service, guest, running } = await rig(t, serves(LINE));
  const started = await startService(service, guest, openCall());
  t.same(started.environment, { SERVICE_URL: 'http://127.0.0.1:4711/' });
  t.equal(started.key, 'made up');
  t.equal(running(), 1);
  await started[Symbol.asyncDispose]();
  t.equal(running(), 0);
  await started[Symbol.asyncDispose]();
});

t.test('it outlives the call that started it', async (t) => {
  const { service, guest, running } = await rig(t, serves(LINE));
  const over = new AbortController();
  const started = await startService(service, guest, callUntil(over.signal));
  over.abort(new Error('over'));
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(running(), 1);
  await started[Symbol.asyncDispose]();
});

t.test('what does not come up is the lab’s fault, and is not left running', async (t) => {
  const cases: readonly (readonly [string, (process: FakeProcess) => Promise<number>, RegExp])[] = [
    ['ends at once', async ({ write }) => (write('stderr', Buffer.from('SyntaxError: oops')), 1), /it ended with 1: SyntaxError: oops/],
    ['says nothing that is JSON', serves('listening\n'), /no JSON: listening/],
    ['does not say where', serves('{"port":4711,"keys":{"v3":"x"}}\n'), /no text at url/],
    ['has another key', serves('{"url":"x","keys":null}\n'), /no text at keys\.v3/],
    ['talks without end', serves('x'.repeat(70_000)), /bytes and no line/],
  ];
  for (const [what, program, reason] of cases) {
    const { service, guest, running } = await rig(t, program);
    await t.rejects(startService(service, guest, openCall()), { code: 'run.service-failed', message: reason }, what);
    t.equal(running(), 0, what);
  }
});

t.test('a call that is given up ends it', async (t) => {
  const { service, guest, running } = await rig(t, serves(''));
  const stop = new AbortController();
  const starting = startService(service, guest, callUntil(stop.signal));
  while (running() === 0) await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new Error('given up'));
  await t.rejects(starting, { message: 'given up' });
  t.equal(running(), 0);
});
