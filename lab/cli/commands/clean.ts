import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import { callUntil, callWithin } from '../../engine/deadline.ts';
import { removeTree } from '../../host/files.ts';
import { cleanWorkshops } from '../../host/workshop.ts';
import type { LabCommand } from '../lab-command.ts';
import { withProject } from '../options.ts';
import { type ProjectOptions, openProject, runsIn } from '../project.ts';
import { forgetDeadGuests } from '../running-guests.ts';
import { wire } from '../wiring.ts';

const LIMIT_MS = 120_000;

const count = (text: string): number => {
  // 20
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('a whole number is wanted');
  return Number(text);
};

/** `lab clean`: removes what killed labs have left: guests, work folders, notes; more only when asked. Never touches what a living process uses. */
export const cleanCommand: LabCommand = (program, context) => {
  const command = program.command('clean').description('remove what killed runs left behind; more only when asked');
  withProject(command)
    .option('--reports-beyond <count>', 'also remove all but the newest COUNT runs', count)
    .option('--cache', 'also remove everything that can be fetched or made again')
    .action(async (options: ProjectOptions & { reportsBeyond?: number; cache?: boolean }) => {
      const { root, config, reports } = await openProject(options, context);
      const wiring = wire(root, context);
      using call = callWithin(LIMIT_MS, 'cleaning', wiring.clock, callUntil(context.signal));
      const said: string[] = [];
      for (const provider of new Set(config.guests.map((spec) => wiring.providerOf(spec)))) said.push(...(await provider.clean(call)));
      said.push(...(await cleanWorkshops(wiring.folders.cache)), ...(await forgetDeadGuests(wiring.folders.state)));
      if (options.reportsBeyond !== undefined) {
        const runs = await runsIn(reports);
        for (const run of runs.slice(0, Math.max(0, runs.length - options.reportsBeyond))) {
          await removeTree(path.join(reports, run));
          said.push(`removed the run ${run}`);
        }
      }
      if (options.cache) {
        await removeTree(wiring.folders.cache);
        said.push(`removed ${wiring.folders.cache}`);
      }
      context.stdout.write(said.length === 0 ? 'Nothing was left behind.\n' : `${said.join('\n')}\n`);
    });
};
