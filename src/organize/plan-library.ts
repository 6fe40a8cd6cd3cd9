import { lstat } from 'node:fs/promises';
import path from 'node:path';
import type { Plan, PlannedMove, Transfer } from '../contract/plan.ts';
import { existingFiles } from './existing-files.ts';
import type { FoundLibrary } from './find-library.ts';
import { type DecidedMove, type Folders, type Place, makePlan, placeByName } from './make-plan.ts';
import { planDigest } from './plan-digest.ts';

/** What a plan depends on beside the files. */
export interface PlanOptions {
  /** Where each file belongs; what its name alone tells when absent. */
  readonly place?: Place;
  /** Whether files are to be moved, as they are when absent, or copied. */
  readonly transfer?: Transfer;
  readonly now?: () => Date;
}

/** Asked of the file system at once. */
const LOOKS_AT_ONCE = 32;

/**
 * Plans where the files that were found belong, with a look at what is at the destination already. Reads only. A file that can no longer be looked at is
 * planned as one that was last written in 1970, so that it counts as changed when the plan is carried out.
 */
export async function planLibrary(found: FoundLibrary, folders: Folders, options: PlanOptions = {}): Promise<Plan> {
  const { place = placeByName, transfer = 'move', now = () => new Date() } = options;
  const { source, destination } = folders;
  const decided = await makePlan(found.files, folders, existingFiles(destination), place, found.companions);
  const plan = { source, destination, transfer, moves: await withTimes(decided.moves, source), stays: [...decided.stays] };
  return { $schema: 'plan.v1.json', madeAt: now().toISOString(), digest: planDigest(plan), ...plan };
}

async function withTimes(moves: readonly DecidedMove[], source: string): Promise<PlannedMove[]> {
  const timed: PlannedMove[] = [];
  for (let start = 0; start < moves.length; start += LOOKS_AT_ONCE) {
    const some = moves.slice(start, start + LOOKS_AT_ONCE);
    const times = await Promise.all(
      some.map(({ from }) =>
        lstat(path.join(source, from)).then(
          ({ mtimeMs }) => Math.floor(mtimeMs),
          () => 0,
        ),
      ),
    );
    for (const [index, move] of some.entries()) timed.push({ ...move, modifiedMs: times[index] ?? 0 });
  }
  return timed;
}
