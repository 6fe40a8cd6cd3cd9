import { median } from 'simple-statistics';
import { runCommand as runOfWinrmClient } from 'winrm-client';
import type { Call } from '../../core/call.ts';
import type { WinrmAddress } from '../../core/guest.ts';
import { runCommand } from '../../winrm/client/run-command.ts';
import { openWinrmClient } from '../../winrm/client/winrm-client.ts';
import type { Bench } from './bench-definition.ts';
import { type Measurement, rotated } from './measurement.ts';
import { type OwnEndpoint, ownEndpoint } from './winrm-own-endpoint.ts';
import { guestLauncher } from './winrm-targets.ts';

const COMMANDS_A_ROUND = 20;
const QUICK_COMMANDS = 5;
/** The cheapest program there is to start. */
const LINE = 'C:\\windows\\system32\\cmd.exe /d /c exit 7';
const EXIT_CODE = 7;
const MESSAGE_MS = 5000;

const IN_OPEN_SHELL = 'in an open shell, sealed';
const WINRM_CLIENT = 'winrm-client’s runCommand of an echo, Basic';

/** The medians of some commands, as the client and as the endpoint saw them. */
interface Timing {
  readonly wallMs: number;
  readonly processMs: number;
  /** Of the differences, command by command. */
  readonly addedMs: number;
}

/** A way to run commands; what it needs once is done before it resolves. */
interface CommandWay extends AsyncDisposable {
  readonly run: () => Promise<void>;
}

/** What WinRM adds to a command. */
export const winrmCommands: Bench = {
  name: 'winrm-commands',
  family: 'winrm',
  title: 'WinRM: running a command',
  about: [
    'A cmd.exe in an embedded guest that ends at once. Each command is timed twice: by the client from asking to having the exit code, and by the endpoint from asking the guest for the process to the end of its output. The difference is what WinRM adds; the values are the medians of the commands of a round.',
    '“In an open shell” is what the transport does for every command but the first.',
  ].join(' '),
  onlyByName: true,
  usualRounds: 3,
  measure: async ({ call, rounds, quick, say }) => {
    await using endpoint = await ownEndpoint({ kind: 'guest', release: 'win11' }, guestLauncher, call);
    const { http, https } = endpoint;
    const basic: WinrmAddress = { ...http, authentication: 'basic' };
    const ways: readonly (readonly [string, () => Promise<CommandWay>])[] = [
      [IN_OPEN_SHELL, () => inOpenShell(http, call)],
      ['in an open shell, Basic', () => inOpenShell(basic, call)],
      ['in an open shell, HTTPS', () => inOpenShell(https, call)],
      ['with connection, log-in and shell of its own, sealed', async () => alone(http, call)],
      ['with connection, log-in and shell of its own, Basic', async () => alone(basic, call)],
      [WINRM_CLIENT, async () => withWinrmClient(basic)],
    ];
    const rows = new Map<string, Timing[]>(ways.map(([label]) => [label, []]));
    for (let round = -1; round < rounds; round += 1) {
      for (const [label, open] of rotated(ways, round + 1)) {
        await using way = await open();
        const timing = await timings(way, endpoint, quick || round < 0 ? QUICK_COMMANDS : COMMANDS_A_ROUND, call);
        if (round >= 0) rows.get(label)?.push(timing);
      }
      if (round >= 0) say(`round ${round + 1} of ${rounds}`);
    }
    const added = [...rows].flatMap(([label, values], at): readonly Measurement[] => {
      // winrm-client leaves as soon as there is output and does not wait for the process.
      if (label === WINRM_CLIENT) return [];
      const group = 'Added to the guest’s own process';
      return [{ group, label, unit: 'ms', values: values.map(({ addedMs }) => addedMs), ...(at === 0 ? { limit: 5 } : {}) }];
    });
    const whole = [...rows].map(([label, values]): Measurement => {
      return { group: 'The whole command', label, unit: 'ms', values: values.map(({ wallMs }) => wallMs) };
    });
    const own = rows.get(IN_OPEN_SHELL)?.map(({ processMs }) => processMs) ?? [];
    return [...added, ...whole, { group: 'The whole command', label: 'the guest’s own process alone', unit: 'ms', values: own }];
  },
};

/** Runs a command several times. */
async function timings(way: CommandWay, { processMs }: OwnEndpoint, count: number, call: Call): Promise<Timing> {
  const wall: number[] = [];
  const own: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const before = processMs.length;
    const startedMs = performance.now();
    await way.run();
    wall.push(performance.now() - startedMs);
    own.push(await nextOf(processMs, before, call));
  }
  return { wallMs: median(wall), processMs: median(own), addedMs: median(wall.map((ms, at) => ms - (own[at] ?? Number.NaN))) };
}

/** The endpoint's word travels apart from the command's answer and may come a moment later. */
async function nextOf(list: readonly number[], at: number, call: Call): Promise<number> {
  for (const sinceMs = performance.now(); performance.now() - sinceMs < MESSAGE_MS;) {
    const value = list[at];
    if (value !== undefined) return value;
    call.signal.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('the endpoint did not tell how long its process took');
}

const spec = { line: LINE, skipCmdShell: true, maxOutputBytes: 1024 };

async function inOpenShell(endpoint: WinrmAddress, call: Call): Promise<CommandWay> {
  const client = await openWinrmClient(endpoint, call);
  const shell = await client.openShell({}, call);
  return {
    run: async () => expectSeven((await runCommand(shell, spec, call)).exitCode),
    [Symbol.asyncDispose]: async () => {
      await shell.close(call);
      await client[Symbol.asyncDispose]();
    },
  };
}

function alone(endpoint: WinrmAddress, call: Call): CommandWay {
  return {
    run: async () => {
      await using way = await inOpenShell(endpoint, call);
      await way.run();
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** It tells no exit code and starts everything through cmd.exe. */
function withWinrmClient({ url, user, password }: WinrmAddress): CommandWay {
  const { hostname, port } = new URL(url);
  return {
    run: async () => {
      const output = await runOfWinrmClient('echo seven', hostname, user, password.reveal(), Number(port));
      if (output.trim() !== 'seven') throw new Error(`winrm-client brought ${JSON.stringify(output)}`);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function expectSeven(exitCode: number): void {
  if (exitCode !== EXIT_CODE) throw new Error(`the command ended with ${exitCode}`);
}
