import type { Call } from '../../core/call.ts';
import type { EvidenceSink, Guest } from '../../core/check.ts';
import { compareTrees } from './compare-trees.ts';
import { differs } from './differs.ts';
import type { CleanInstallFacts } from './facts.ts';
import { lookAtLibrary } from './look-at-library.ts';
import type { Organized } from './organize-library.ts';
import { type ProgramEvents, eventsOf } from './program-events.ts';
import { type ProgramRunner, eventRun } from './run-program.ts';

/** Takes back what was organized, first as a dry run, and compares every file and every folder with what was there before. */
export async function undoOrganize(
  guest: Guest,
  programs: ProgramRunner,
  { operation, before, after }: Organized,
  evidence: EvidenceSink,
  call: Call,
): Promise<CleanInstallFacts['rollback']> {
  const rollback = async (title: string, args: readonly string[], applied: boolean): Promise<ReturnType<typeof eventRun>> => {
    const result = await programs.product(args);
    await evidence.add(title, 'application/x-ndjson', result.stdout);
    return eventRun(args, result, 'rollback-summary', rollbackDisagreements(applied));
  };
  // The last operation may be the second run, which had nothing to do.
  const line = ['rollback', operation ?? 'last', '--json'];
  const planned = await rollback('rollback, dry run', line, false);
  const afterDryRun = await lookAtLibrary(guest, call);
  const undone = await rollback('rollback --apply', [...line, '--apply'], true);
  const afterUndoing = await lookAtLibrary(guest, call);
  return {
    dryRun: planned.facts,
    planned: eventsOf('undo', planned.events).filter(({ state }) => state === 'planned').length,
    treeAfterDryRun: compareTrees(after.all, afterDryRun.all),
    run: undone.facts,
    undone: eventsOf('undo', undone.events).filter(({ state }) => state === 'undone').length,
    treeAfter: compareTrees(before.all, afterUndoing.all),
  };
}

const rollbackDisagreements =
  (applied: boolean) =>
  (events: ProgramEvents): readonly string[] => {
    const summary = eventsOf('rollback-summary', events)[0];
    return [
      ...(summary?.applied === applied ? [] : [`the summary says applied: ${summary?.applied}`]),
      ...differs(
        'undone',
        summary?.undone,
        eventsOf('undo', events).filter(({ state }) => state === (applied ? 'undone' : 'planned')).length,
      ),
    ];
  };
