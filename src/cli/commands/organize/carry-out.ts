import type { Plan } from '../../../contract/plan.ts';
import { conflictReasons } from '../../../contract/stay-reasons.ts';
import { type ExitCode, exitCodes } from '../../../core/exit-code.ts';
import { stateFolder } from '../../../core/state-folder.ts';
import { applyMoves } from '../../../organize/apply-plan.ts';
import { openRollbackJournal } from '../../../organize/rollback-journal.ts';
import type { CommandContext } from '../../context.ts';

/** What a summary tells of a plan that was carried out, or only shown. */
export interface CarriedOut {
  /** Moved, or planned in a dry run. */
  readonly moves: number;
  readonly failed: number;
  readonly stays: number;
  readonly conflicts: number;
  readonly operation?: string;
  readonly journal?: string;
}

/**
 * Tells what stays, and moves the rest when `apply` is true, else tells what would move: the same events whichever command made the plan. The exit code
 * speaks of the plan alone.
 */
export async function carryOut(plan: Plan, apply: boolean, context: CommandContext): Promise<CarriedOut & { readonly exitCode: ExitCode }> {
  const { emit } = context;
  for (const stay of plan.stays) await emit({ type: 'stay', ...stay });
  const tally: Tally = { moves: 0, failed: 0, refused: 0 };
  const journal = apply && plan.moves.length > 0 ? await move(plan, tally, context) : undefined;
  if (!apply) {
    for (const each of plan.moves) await emit({ type: 'move', ...each, state: 'planned' });
    tally.moves = plan.moves.length;
  }
  const conflicts = plan.stays.filter((stay) => conflictReasons.includes(stay.reason)).length;
  const skipped = plan.stays.some((stay) => stay.reason !== 'in-place');
  return {
    moves: tally.moves,
    failed: tally.failed,
    stays: plan.stays.length,
    conflicts,
    ...journal,
    exitCode: exitCodeOf(tally, conflicts, skipped),
  };
}

interface Tally {
  moves: number;
  failed: number;
  refused: number;
}

/** All failures for want of permission: 4; a conflict: 6; anything left undone: 10. */
function exitCodeOf(tally: Tally, conflicts: number, incomplete: boolean): ExitCode {
  if (tally.failed > 0 && tally.moves === 0 && tally.refused === tally.failed) return exitCodes.permission;
  if (conflicts > 0) return exitCodes.planConflict;
  return tally.failed > 0 || incomplete ? exitCodes.partialSuccess : exitCodes.success;
}

async function move(
  plan: Plan,
  tally: Tally,
  { emit, signal, environment }: CommandContext,
): Promise<{ operation: string; journal: string }> {
  await using journal = await openRollbackJournal(stateFolder(environment), () => new Date());
  for await (const { move: each, result } of applyMoves(plan.moves, plan, journal, signal)) {
    switch (result.state) {
      case 'moved':
        tally.moves += 1;
        await emit({ type: 'move', ...each, state: 'moved' });
        break;
      case 'failed':
        tally.failed += 1;
        if (result.permission) tally.refused += 1;
        await emit({ type: 'move', ...each, state: 'failed', problem: result.problem });
        break;
    }
  }
  return { operation: journal.operation, journal: journal.file };
}
