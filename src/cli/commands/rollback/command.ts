import { buildInfo } from '../../../core/build-info.ts';
import { stateFolder } from '../../../core/state-folder.ts';
import { type Undo, beginRollback, findOperation, foldersOf, foreseeRollback } from '../../../organize/roll-back.ts';
import { journalFile } from '../../../organize/rollback-journal.ts';
import type { Command, Emit } from '../../context.ts';
import { startFigures } from '../../figures.ts';
import { type Tally, countFailure, exitCodeOf, newTally } from '../organize/exit-code.ts';
import { tellDamaged } from '../organize/tell-damaged.ts';

interface RollbackOptions {
  /** An id, or `last`. */
  readonly operation: string;
  readonly apply: boolean;
}

/** `rollback ID|last`: shows how an operation would be taken back and, with `--apply`, takes it back. */
export const rollback: Command<RollbackOptions> = async (options, context) => {
  const { emit, environment, signal, progress } = context;
  const figures = startFigures();
  const surroundings = { folder: stateFolder(environment), signal };
  const undoable = await findOperation(options.operation, surroundings);
  const { source, destination } = undoable.summary ?? {};
  await emit({
    type: 'started',
    schema: 'cli-event.v1',
    command: 'rollback',
    version: buildInfo.version,
    ...(source === undefined ? {} : { source }),
    ...(destination === undefined ? {} : { destination }),
  });
  await tellDamaged(undoable.damaged, emit);
  const tally = { ...newTally(), kept: 0 };
  let folders = foldersOf(undoable.records).size;
  if (options.apply) {
    await using rolling = await beginRollback(undoable.id, surroundings);
    {
      using bar = progress.start('Taking back', 'files');
      bar.expect(rolling.files);
      for await (const undo of rolling.takeBack()) {
        bar.advance();
        await tell(undo, true, tally, emit);
      }
    }
    const removed = await rolling.end();
    for (const folder of removed) await emit({ type: 'folder-removed', path: folder });
    folders = removed.length;
  } else {
    for await (const undo of foreseeRollback(undoable, signal)) await tell(undo, false, tally, emit);
  }
  await emit({
    type: 'rollback-summary',
    applied: options.apply,
    operation: undoable.id,
    files: undoable.records.size,
    undone: tally.done,
    kept: tally.kept,
    failed: tally.failed,
    folders,
    problems: undoable.damaged.length,
    journal: journalFile(surroundings.folder),
    ...figures(),
  });
  return exitCodeOf(tally, tally.kept, undoable.damaged.length > 0);
};

async function tell({ record, result }: Undo, applied: boolean, tally: Tally & { kept: number }, emit: Emit): Promise<void> {
  const { transfer, paths, sizeBytes, companionOf } = record;
  const about = { transfer, from: paths.end, to: paths.start, sizeBytes, ...(companionOf === undefined ? {} : { companionOf }) };
  switch (result.state) {
    case 'undone':
      tally.done += 1;
      return emit({ type: 'undo', ...about, state: applied ? 'undone' : 'planned' });
    case 'was-there':
      return emit({ type: 'undo', ...about, state: 'was-there' });
    case 'kept':
      tally.kept += 1;
      return emit({ type: 'undo', ...about, state: 'kept', reason: result.reason });
    case 'failed':
      countFailure(tally, result);
      return emit({ type: 'undo', ...about, state: 'failed', cause: result.cause, problem: result.problem });
  }
}
