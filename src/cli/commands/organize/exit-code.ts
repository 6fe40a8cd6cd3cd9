import { type ExitCode, exitCodes } from '../../../core/exit-code.ts';
import type { Failure, FailureCause } from '../../../organize/carry-out-moves.ts';

/** What became of files, as far as the exit code speaks of it. */
export interface Tally {
  done: number;
  failed: number;
  readonly causes: Set<FailureCause>;
}

export const newTally = (): Tally => ({ done: 0, failed: 0, causes: new Set() });

export function countFailure(tally: Tally, failure: Failure): void {
  tally.failed += 1;
  // What stays with its video failed for the video's reason.
  if (failure.cause !== 'video') tally.causes.add(failure.cause);
}

/**
 * A full disk: 5; nothing done and all for want of permission: 4; a conflict, before or on the way: 6; anything else left undone: 10. The rest was done
 * in any case.
 */
export function exitCodeOf({ done, failed, causes }: Tally, conflicts: number, incomplete: boolean): ExitCode {
  if (causes.has('disk-full')) return exitCodes.diskFull;
  if (failed > 0 && done === 0 && causes.size === 1 && causes.has('permission')) return exitCodes.permission;
  if (conflicts > 0 || causes.has('conflict') || causes.has('changed')) return exitCodes.planConflict;
  return failed > 0 || incomplete ? exitCodes.partialSuccess : exitCodes.success;
}
