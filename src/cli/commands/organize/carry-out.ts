import type { Plan, PlannedMove, Transfer } from '../../../contract/plan.ts';
import { conflictReasons } from '../../../contract/stay-reasons.ts';
import type { ExitCode } from '../../../core/exit-code.ts';
import { stateFolder } from '../../../core/state-folder.ts';
import { type Operation, beginOperation } from '../../../organize/operation.ts';
import type { CommandContext } from '../../context.ts';
import { type Tally, countFailure, exitCodeOf, newTally } from './exit-code.ts';

/** What a summary tells of a plan that was carried out, or only shown. */
export interface CarriedOut {
  readonly transfer: Transfer;
  /** Moved or copied, or planned in a dry run. */
  readonly moves: number;
  /** Those of `moves` that belong to a video. */
  readonly companions: number;
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
  const tally = newTally();
  let companions = 0;
  let operation: Pick<CarriedOut, 'operation' | 'journal'> = {};
  if (!apply) {
    for (const move of plan.moves) await emit({ type: 'move', ...withoutTime(move), state: 'planned' });
    tally.done = plan.moves.length;
    companions = plan.moves.filter((move) => move.companionOf !== undefined).length;
  } else if (plan.moves.length > 0) {
    await using begun = await beginOperation(plan, { folder: stateFolder(context.environment), signal: context.signal });
    companions = await tellMoves(begun, tally, context);
    operation = { operation: begun.id, journal: begun.journal };
  }
  const conflicts = plan.stays.filter((stay) => conflictReasons.includes(stay.reason)).length;
  const skipped = plan.stays.some((stay) => stay.reason !== 'in-place');
  return {
    transfer: plan.transfer,
    moves: tally.done,
    companions,
    failed: tally.failed,
    stays: plan.stays.length,
    conflicts,
    ...operation,
    exitCode: exitCodeOf(tally, conflicts, skipped),
  };
}

/** Makes the moves of an operation and tells each. Gives the number of companions among those that were moved. */
export async function tellMoves(operation: Operation, tally: Tally, { emit, progress }: CommandContext): Promise<number> {
  const { transfer, moves } = operation.plan;
  let companions = 0;
  using bar = progress.start(transfer === 'copy' ? 'Copying' : 'Moving', 'files');
  bar.expect(moves.length);
  for await (const { move, result } of operation.carryOut()) {
    bar.advance();
    switch (result.state) {
      case 'moved':
        tally.done += 1;
        if (move.companionOf !== undefined) companions += 1;
        await emit({ type: 'move', ...withoutTime(move), state: 'moved' });
        break;
      case 'failed':
        countFailure(tally, result);
        await emit({ type: 'move', ...withoutTime(move), state: 'failed', cause: result.cause, problem: result.problem });
        break;
    }
  }
  return companions;
}

/** A move as events tell it. */
export function withoutTime(move: PlannedMove): Omit<PlannedMove, 'modifiedMs'> {
  const { modifiedMs: _, ...rest } = move;
  return rest;
}
