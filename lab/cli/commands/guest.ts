import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LabError } from '../../core/error.ts';
import { type GuestSpec, type TransportName, transportNames } from '../../core/guest.ts';
import { type LocalPath, guestName } from '../../core/ids.ts';
import { callUntil, callWithin } from '../../engine/deadline.ts';
import { acquireGuest } from '../../steps/verify/acquire-guest.ts';
import type { CliContext } from '../cli-context.ts';
import { addCopy } from '../guest/copy-command.ts';
import { addExec } from '../guest/exec-command.ts';
import type { LabCommand } from '../lab-command.ts';
import { holdGuests } from '../hold-guests.ts';
import { withJson, withProject } from '../options.ts';
import { type ProjectOptions, openProject } from '../project.ts';
import { addressOf, runningGuests } from '../running-guests.ts';
import { table } from '../table.ts';
import { providerSettings, wire } from '../wiring.ts';

/** `lab guest …`: how a person looks inside a guest. */
export const guestCommand: LabCommand = (guest, context, finish) => {
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
    .option('--powershell <path>', 'give it a PowerShell 7 for Windows: a folder or a zip')
    .addOption(new Option('--transport <transport>', 'how it is reached, whatever the configuration says').choices(transportNames))
    .action(
      async (name: string, options: ProjectOptions & { json?: boolean; name?: string; transport?: TransportName; powershell?: string }) => {
        const { root, config } = await openProject(options, context);
        const configured = config.guests.find((candidate) => candidate.name === name);
        if (configured === undefined)
          throw LabError.of('usage.unknown-name', {
            what: 'guest',
            name,
            known: config.guests.map((candidate) => candidate.name).join(', '),
          });
        const spec: GuestSpec = options.transport === undefined ? configured : { ...configured, transport: options.transport };
        const calledAs = options.name ?? spec.name;

        const wiring = wire(root, context, {
          ...providerSettings(root, config),
          ...(options.powershell === undefined ? {} : { powershell: path.resolve(context.cwd, options.powershell) as LocalPath }),
        });
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
        const limitMs = (spec.acquireSeconds ?? config.timeouts.acquireSeconds) * 1000;
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
      },
    );
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
