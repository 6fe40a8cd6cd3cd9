import t, { type Test } from 'tap';
import type { GuestCommand } from '../../core/guest-processes.ts';
import { Secret } from '../../core/secret.ts';
import { callFor } from '../../testing/calls.ts';
import { hostProcesses } from '../../testing/winrm/host-processes.ts';
import { startEndpoint } from '../endpoint/endpoint.ts';
import type { Quotas } from '../endpoint/quotas.ts';
import { faultCodes } from '../faults/fault-catalogue.ts';
import { faultOf } from '../faults/fault.ts';
import { OutputText } from './output-text.ts';
import { openWinrmClient } from './winrm-client.ts';
import type { WinrmCommand } from './winrm-command.ts';

const password = new Secret('secret-word');
const call = () => callFor(20_000);

/** A service in front of this machine's shell, and clients of it. */
async function serve(t: Test, quotas: Partial<Quotas> = {}) {
  const started: GuestCommand[] = [];
  const processes = hostProcesses();
  const service = await startEndpoint({
    host: '127.0.0.1',
    port: 0,
    users: [{ name: 'user', password }],
    processes: {
      start: (command) => {
        started.push(command);
        return processes.start(command);
      },
    },
    identity: { osVersion: '10.0.19045', computerName: 'G' },
    quotas,
  });
  t.teardown(() => service.close());
  const open = () =>
    openWinrmClient({ url: service.url, user: 'user', password, authentication: 'ntlm', operationTimeoutMs: 1000 }, call());
  return { started, open };
}

/** Follows a command to its end; its output as text. */
async function read(command: WinrmCommand): Promise<{ readonly out: string; readonly exitCode: number }> {
  const text = new OutputText();
  let out = '';
  const exitCode = await command.follow((chunk) => void (out += text.add(chunk)), call());
  return { out: out + text.end('stdout'), exitCode };
}

t.test('a shell is what was asked for, and can be looked at', async (t) => {
  const { started, open } = await serve(t);
  await using client = await open();
  const shell = await client.openShell(
    {
      name: 'a name',
      workingDirectory: '/',
      environment: { WORD: 'grün' },
      codePage: 850,
      noProfile: true,
      idleTimeoutMs: 60_000,
      lifetimeMs: 120_000,
    },
    call(),
  );
  t.match(await shell.describe(call()), {
    shellId: shell.id,
    name: 'a name',
    workingDirectory: '/',
    environment: { WORD: 'grün' },
    idleTimeoutMs: 60_000,
    lifetimeMs: 120_000,
    profileLoaded: false,
    childProcesses: 0,
  });
  const command = await shell.start({ line: 'pwd;', arguments: ['echo', '$WORD; exit 3'], skipCmdShell: false }, call());
  t.same(await read(command), { out: '/\ngrün\n', exitCode: 3 });
  t.match(started, [{ line: 'pwd; echo $WORD; exit 3', shell: 'cmd', codePage: 850 }]);
  t.match(await shell.commands(call()), [{ commandId: command.id, state: 'Done' }]);
  await command.signal('terminate', call());
  t.same(await shell.commands(call()), []);
  const plain = await client.openShell({}, call());
  t.same((await client.shells(call())).map(({ shellId }) => shellId).toSorted(), [shell.id, plain.id].toSorted());
  await plain.start({ line: 'true', skipCmdShell: false }, call());
  t.equal(started.at(-1)?.codePage, 65001, 'UTF-8 when nothing was asked for');
  const own = await client.openShell({ codePage: 'guest' }, call());
  await own.start({ line: 'true', skipCmdShell: false }, call());
  t.equal(started.at(-1)?.codePage, 437, 'or what the guest has');
});

t.test('shells and commands outlive the client that started them', async (t) => {
  const { open } = await serve(t);
  let shellId: string;
  let commandId: string;
  {
    await using first = await open();
    const shell = await first.openShell({}, call());
    const command = await shell.start({ line: 'read a; read b; echo "$b $a"', skipCmdShell: false }, call());
    await command.send(Buffer.from('one\n'), false, call());
    shellId = shell.id;
    commandId = command.id;
  }
  await using second = await open();
  const command = second.shell(shellId).command(commandId);
  await command.send(Buffer.from('two\n'), true, call());
  t.same(await read(command), { out: 'two one\n', exitCode: 0 });
  const late: unknown = await command.send(Buffer.from('three'), true, call()).catch((error: unknown) => error);
  t.match(faultOf(late), { code: faultCodes.pipeEnded });
  const strange: unknown = await second
    .shell('no such shell')
    .describe(call())
    .catch((error: unknown) => error);
  t.match(faultOf(strange), { code: faultCodes.shellNotFound });
  t.match(strange, { message: /2150858843 \(0x8033805B, ERROR_WSMAN_UNEXPECTED_SELECTORS\)/, hint: /is gone/ });
});

t.test('a program may be silent for longer than an operation may last', async (t) => {
  const { open } = await serve(t, { maxOperationTimeoutMs: 200 });
  await using client = await open();
  const shell = await client.openShell({}, call());
  const startedAt = performance.now();
  const command = await shell.start({ line: 'sleep 0.7; printf done', skipCmdShell: false }, call());
  t.same(await read(command), { out: 'done', exitCode: 0 });
  t.ok(performance.now() - startedAt > 650);
});
