import { buildInfo } from '../../../core/build-info.ts';
import { stateFolder } from '../../../core/state-folder.ts';
import { findUnfinished } from '../../../organize/find-unfinished.ts';
import { resumeOperation } from '../../../organize/operation.ts';
import { journalFile } from '../../../organize/rollback-journal.ts';
import { foresee } from '../../../organize/settle-move.ts';
import type { Command } from '../../context.ts';
import { startFigures } from '../../figures.ts';
import { tellMoves, withoutTime } from './carry-out.ts';
import { exitCodeOf, newTally } from './exit-code.ts';
import { tellDamaged } from './tell-damaged.ts';

/** `organize --resume [ID]`: shows what is left to do of an operation that was cut off and, with `--apply`, does it. */
export const organizeResume: Command<{ readonly operation?: string; readonly apply: boolean }> = async (options, context) => {
  const { emit, environment, signal } = context;
  const figures = startFigures();
  const surroundings = { folder: stateFolder(environment), signal };
  const { id, plan, records, damaged } = await findUnfinished(options.operation, surroundings);
  const { source, destination, transfer } = plan;
  await emit({ type: 'started', schema: 'cli-event.v1', command: 'organize', version: buildInfo.version, source, destination });
  await tellDamaged(damaged, emit);
  const tally = newTally();
  let companions = 0;
  if (options.apply) {
    await using operation = await resumeOperation(id, surroundings);
    companions = await tellMoves(operation, tally, context);
  } else {
    for (const [sequence, move] of plan.moves.entries()) {
      signal.throwIfAborted();
      const record = records.get(sequence);
      if (record && (await foresee(record, 'end')).state === 'was-there') continue;
      tally.done += 1;
      if (move.companionOf !== undefined) companions += 1;
      await emit({ type: 'move', ...withoutTime(move), state: 'planned' });
    }
  }
  await emit({
    type: 'organize-summary',
    applied: options.apply,
    resumed: true,
    transfer,
    files: plan.moves.length,
    moves: tally.done,
    companions,
    failed: tally.failed,
    stays: 0,
    conflicts: 0,
    problems: damaged.length,
    operation: id,
    journal: journalFile(surroundings.folder),
    ...figures(),
  });
  return exitCodeOf(tally, 0, damaged.length > 0);
};
