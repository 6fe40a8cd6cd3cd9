import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import { callUntil, callWithin } from '../../engine/deadline.ts';
import { pruneUnused } from '../../host/cached-folder.ts';
import { removeTree } from '../../host/files.ts';
import { cleanWorkshops } from '../../host/workshop.ts';
import type { Cleaning } from '../cleaning.ts';
import type { LabCommand } from '../lab-command.ts';
import { withJson, withProject } from '../options.ts';
import { type ProjectOptions, openProject, runsIn } from '../project.ts';
import { forgetDeadGuests, runningGuests } from '../running-guests.ts';
import { wire } from '../wiring.ts';

const LIMIT_MS = 120_000;
const DAY_MS = 86_400_000;
/** Days for which what a lab has made or fetched is kept although nobody asks for it: other labs on this machine may be of another version. */
const KEPT_DAYS = 14;

const count = (text: string): number => {
  // 20
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('a whole number is wanted');
  return Number(text);
};

/**
 * `lab clean`: removes what killed labs have left (guests, work folders, notes) and what nobody has used for long; more only when asked. Never touches
 * what a living process uses.
 */
export const cleanCommand: LabCommand = (command, context) => {
  withJson(withProject(command), 'print what was done as one JSON object')
    .option('--reports-beyond <count>', 'also remove all but the newest COUNT runs', count)
    .option('--cache', 'also remove everything that can be fetched or made again')
    .action(async (options: ProjectOptions & { reportsBeyond?: number; cache?: boolean; json?: boolean }) => {
      const { root, config, reports } = await openProject(options, context);
      const wiring = wire(root, context);
      using call = callWithin(LIMIT_MS, 'cleaning', wiring.clock, callUntil(context.signal));
      const done: Cleaning['done'] = [];
      const say = (kind: Cleaning['done'][number]['kind'], messages: readonly string[]): void =>
        void done.push(...messages.map((message) => ({ kind, message })));
      for (const provider of new Set(config.guests.map((spec) => wiring.providerOf(spec)))) say('guest', await provider.clean(call));
      say('workshop', await cleanWorkshops(wiring.folders.cache));
      say('guest-note', await forgetDeadGuests(wiring.folders.state));
      // A guest stands on folders that were looked up when it was started.
      const guestsSince = (await runningGuests(wiring.folders.state, wiring.masker)).map((guest) => Date.parse(guest.since));
      const unusedSince = new Date(
        Math.min(Date.parse(wiring.clock.now()) - KEPT_DAYS * DAY_MS, ...guestsSince.map((since) => since - DAY_MS)),
      );
      for (const { name, usedAt } of await pruneUnused(wiring.folders, unusedSince, call))
        done.push({
          kind: 'cached',
          message: `removed ${name} from the cache, last used on ${usedAt.toISOString().slice(0, 10)}`,
          path: path.join(wiring.folders.cache, name),
        });
      if (options.reportsBeyond !== undefined) {
        const runs = await runsIn(reports);
        for (const run of runs.slice(0, Math.max(0, runs.length - options.reportsBeyond))) {
          await removeTree(path.join(reports, run));
          done.push({ kind: 'run', message: `removed the run ${run}`, path: path.join(reports, run) });
        }
      }
      if (options.cache) {
        await removeTree(wiring.folders.cache);
        done.push({ kind: 'cache', message: `removed ${wiring.folders.cache}`, path: wiring.folders.cache });
      }
      const answer: Cleaning = { $schema: 'cleaning.v1.json', done };
      if (options.json) context.stdout.write(`${JSON.stringify(answer)}\n`);
      else if (done.length === 0) context.stdout.write('Nothing was left behind.\n');
      else for (const { message } of done) context.stdout.write(`${message}\n`);
    });
};
