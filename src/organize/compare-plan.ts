import { lstat } from 'node:fs/promises';
import path from 'node:path';
import type { Plan, PlannedMove } from '../contract/plan.ts';
import type { Difference } from '../contract/stay-reasons.ts';
import { existingFiles } from './existing-files.ts';

/**
 * Compares each move of a plan with what is there now, in the order of the plan. A file is the same when its size and the time it was last written are
 * those of the plan. Reads only; throws the signal's reason when it aborts.
 */
export async function* comparePlan(
  plan: Plan,
  signal: AbortSignal,
): AsyncGenerator<{ readonly move: PlannedMove; readonly difference: Difference }> {
  const findTaken = existingFiles(plan.destination);
  for (const move of plan.moves) {
    signal.throwIfAborted();
    const from = path.join(plan.source, move.from);
    const [here, taken] = [await sameAsPlanned(from, move), await findTaken(move.to, from)];
    if (taken === 'by-itself') yield { move, difference: 'done' };
    else if (taken === 'by-another') {
      const isDone =
        (plan.transfer === 'copy' || here === 'gone') && (await sameAsPlanned(path.join(plan.destination, move.to), move)) === 'same';
      yield { move, difference: isDone ? 'done' : 'destination-taken' };
    } else yield { move, difference: here === 'same' ? 'to-apply' : here };
  }
}

/** Whether a file still is what a plan was made from. */
export async function sameAsPlanned(
  file: string,
  planned: Pick<PlannedMove, 'sizeBytes' | 'modifiedMs'>,
): Promise<'same' | 'changed' | 'gone'> {
  const found = await lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (found === undefined) return 'gone';
  return found.isFile() && found.size === planned.sizeBytes && Math.floor(found.mtimeMs) === planned.modifiedMs ? 'same' : 'changed';
}
