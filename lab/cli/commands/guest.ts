import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { type LocalPath, guestName, isRemotePath, remotePath } from '../../core/ids.ts';
import type { Connection } from '../../core/transport.ts';
import { callUntil, callWithin } from '../../engine/deadline.ts';
import { acquireGuest } from '../../steps/verify/acquire-guest.ts';
import type { CliContext } from '../cli-context.ts';
import type { LabCommand } from '../lab-command.ts';
import { holdGuests } from '../hold-guests.ts';
import { withJson, withProject } from '../options.ts';
import { type ProjectOptions, openProject } from '../project.ts';
import { addressOf, runningGuest, runningGuests } from '../running-guests.ts';
import { table } from '../table.ts';
import { type Wiring, wire } from '../wiring.ts';

/** `lab guest …`: how a person looks inside a guest. */
export const guestCommand: LabCommand = (program, context, finish) => {
  const guest = program.command('guest').description('start one fresh guest and look inside');
  addStart(guest, context);
  addExec(guest, context, finish);
  addCopy(guest, context);
  addList(guest, context);
};

function addStart(guest: Command, context: CliContext): void {
  const command = guest
    .command('start')
    .description('bring up one fresh guest and keep it until Ctrl-C')
    .argument('<guest>', 'name of a guest in the configuration');
  withJson(withProject(command), 'print how to reach it as one JSON object')
    .option('--name <name>', 'call it something else, to have several of one kind', otherName)
    .action(async (name: string, options: ProjectOptions & { json?: boolean; name?: string }) => {
      const { root, config } = await openProject(options, context);
      const spec = config.guests.find((candidate) => candidate.name === name);
      if (spec === undefined)
        throw LabError.of('usage.unknown-name', {
          what: 'guest',
          name,
          known: config.guests.map((candidate) => candidate.name).join(', '),
        });
      const calledAs = options.name ?? spec.name;

      const wiring = wire(root, context);
      const taken = (await runningGuests(wiring.folders.state, wiring.masker)).find((running) => running.name === calledAs);
      if (taken) throw LabError.of('usage.guest-running-already', { guest: calledAs, pid: taken.pid });
      const call = callUntil(context.signal);
      const provider = wiring.providerOf(spec);
      const { clock, transport, toolkitFor } = wiring;
      {
        using preparing = callWithin(config.timeouts.prepareSeconds * 1000, 'preparing the guest', clock, call);
        let last = '';
        await provider.prepare(
          [spec],
          ({ what }) => {
            if (what !== last) context.stderr.write(`${what}\n`);
            last = what;
          },
          preparing,
        );
      }
      await using held = new AsyncDisposableStack();
      const startedMs = clock.monotonicMs();
      const limitMs = config.timeouts.acquireSeconds * 1000;
      const lease = await acquireGuest(
        spec,
        provider,
        { id: `guest-${calledAs}` },
        { clock, transport, toolkitFor, limitMs, emit: () => {}, onAcquired: (acquired) => held.use(acquired) },
        call,
      );
      if (!options.json) context.stdout.write(`ready in ${((clock.monotonicMs() - startedMs) / 1000).toFixed(2)} s\n`);
      if (lease.isolation === 'none')
        context.stderr.write('WARNING: this guest is NOT walled off from this machine; `npm run lab -- doctor` says why.\n');
      await holdGuests([lease], wiring, context, options.json === true, call, () => calledAs);
    });
}

function addExec(guest: Command, context: CliContext, finish: (exitCode: number) => void): void {
  const command = guest
    .command('exec')
    .description("run a command line in a running guest's cmd.exe; its exit code becomes ours (255 when it does not fit)")
    .argument('<guest>', 'name of a running guest')
    .argument('<command...>', 'after --, the command line')
    .option('--cwd <dir>', 'where to run it')
    .option('--timeout <seconds>', 'end it after so long', seconds, 3600)
    .action(async (name: string, words: string[], options: { cwd?: string; timeout: number }) => {
      // A character of several bytes may be spread over two pieces.
      const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
      const result = await withGuest(name, context, (connection, call) =>
        connection.run(
          {
            line: commandLine(words),
            shell: 'cmd',
            timeoutMs: options.timeout * 1000,
            maxOutputBytes: 0,
            onOutput: (stream, bytes) => context[stream].write(decoders[stream].decode(bytes, { stream: true })),
            ...(options.cwd ? { cwd: asRemotePath(options.cwd) } : {}),
          },
          call,
        ),
      );
      if (result.ended === 'timed-out') context.stderr.write(`ended after ${options.timeout} s\n`);
      else if (result.exitCode > 255)
        context.stderr.write(`exit code ${result.exitCode} (0x${result.exitCode.toString(16).toUpperCase()})\n`);
      finish(result.ended === 'timed-out' ? 124 : Math.min(result.exitCode, 255));
    });
  guest.enablePositionalOptions();
  command.passThroughOptions();
}

function addCopy(guest: Command, context: CliContext): void {
  guest
    .command('copy')
    .description('copy a file into a running guest, or out of it')
    .argument('<from>', 'a local file, or GUEST:C:\\path')
    .argument('<to>', 'GUEST:C:\\path, or a local file')
    .action(async (from: string, to: string) => {
      const source = parsePlace(from);
      const target = parsePlace(to);
      if ((source.guest === undefined) === (target.guest === undefined)) {
        throw LabError.of('usage.invalid', { problem: 'one of the two has to be in a guest (win11:C:\\file.txt), the other one here' });
      }
      const receipt = await withGuest((source.guest ?? target.guest) as string, context, (connection, call) =>
        target.guest === undefined
          ? connection.get(asRemotePath(source.path), path.resolve(context.cwd, target.path) as LocalPath, call)
          : connection.put(path.resolve(context.cwd, source.path) as LocalPath, asRemotePath(target.path), call),
      );
      const speed = receipt.sizeBytes / 2 ** 20 / (receipt.durationMs / 1000);
      context.stdout.write(
        `${receipt.path}\n  ${receipt.sizeBytes} bytes, SHA-256 ${receipt.sha256}, ${receipt.way}, ${speed.toFixed(1)} MiB/s\n`,
      );
    });
}

function addList(guest: Command, context: CliContext): void {
  withJson(guest.command('list').description('list the guests that run now'), 'print one JSON object a guest, without passwords').action(
    async (options: { json?: boolean }) => {
      const wiring = wire(context.cwd as LocalPath, context);
      const running = await runningGuests(wiring.folders.state, wiring.masker);
      if (options.json) {
        for (const { name, os, pid, since, endpoint } of running)
          context.stdout.write(`${JSON.stringify({ name, os, pid, since, url: addressOf(endpoint) })}\n`);
      } else if (running.length === 0) context.stdout.write('No guest is running. `npm run lab -- guest start win11` starts one.\n');
      else
        context.stdout.write(
          `${table([['GUEST', 'SYSTEM', 'PROCESS', 'SINCE', 'URL'], ...running.map(({ name, os, pid, since, endpoint }) => [name, os, String(pid), since, addressOf(endpoint)])])}\n`,
        );
    },
  );
}

const otherName = (text: string): string => {
  try {
    return guestName(text);
  } catch {
    throw new InvalidArgumentError('a name has up to 32 small letters, digits and dashes');
  }
};

const seconds = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value * 1000 <= LIMIT_MS)) throw new InvalidArgumentError(`a number of seconds up to ${LIMIT_MS / 1000} is wanted`);
  return value;
};

/** One word is a whole command line. Of several, those with spaces get quotation marks, as the shell here has taken theirs away. */
function commandLine(words: readonly string[]): string {
  const own = words[0] === '--' ? words.slice(1) : words;
  if (own.length < 2) return own.join('');
  return own.map((word) => (/\s/.test(word) && !word.includes('"') ? `"${word}"` : word)).join(' ');
}

const LIMIT_MS = 24 * 3600 * 1000;

async function withGuest<T>(name: string, context: CliContext, work: (connection: Connection, call: Call) => Promise<T>): Promise<T> {
  const wiring: Wiring = wire(context.cwd as LocalPath, context);
  const { endpoint } = await runningGuest(name, wiring.folders.state, wiring.masker);
  using call = callWithin(LIMIT_MS, 'the command', wiring.clock, callUntil(context.signal));
  await using connection = await wiring.transport.connect(endpoint, call);
  return await work(connection, call);
}

/** `win11:C:\file` is in a guest, anything else is here. */
function parsePlace(text: string): { readonly guest?: string; readonly path: string } {
  // win11:C:\Users\lab\file.txt (a guest's name has two letters at least, so that it is not a drive)
  const match = /^([a-z0-9][a-z0-9-]+):([A-Za-z]:[\\/].*)$/.exec(text);
  return match ? { guest: match[1], path: match[2] as string } : { path: text };
}

function asRemotePath(text: string): ReturnType<typeof remotePath> {
  const windowsPath = text.replaceAll('/', '\\');
  if (!isRemotePath(windowsPath))
    throw LabError.of('usage.invalid', { problem: `${text} is not an absolute path in a guest, like C:\\Users\\lab\\file.txt` });
  return remotePath(windowsPath);
}
