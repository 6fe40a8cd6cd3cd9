import { ProgramError } from '../core/program-error.ts';
import type { KeepReason } from '../contract/stay-reasons.ts';
import { type Failure, failureOf } from './carry-out-moves.ts';
import { removeEmptyFolders } from './folders.ts';
import type { MoveRecord } from './move-record.ts';
import type { OperationSurroundings } from './find-unfinished.ts';
import { begunLine, underLock } from './operation.ts';
import { forgetPlan, keptOperations, operationPlan, prepareOperations } from './operation-files.ts';
import { type OperationHistory, listOperations, readOperation } from './operation-history.ts';
import { readPlan } from './plan-file.ts';
import { journalFile, openRollbackJournal } from './rollback-journal.ts';
import { foresee, settleMove } from './settle-move.ts';

/** What became, or would become, of one file. */
export type UndoResult =
  | { readonly state: 'undone' }
  /** It was where it had been. */
  | { readonly state: 'was-there' }
  | { readonly state: 'kept'; readonly reason: KeepReason }
  | Failure;

export interface Undo {
  readonly record: MoveRecord;
  readonly result: UndoResult;
}

/** An operation that can be rolled back. */
export interface Undoable extends OperationHistory {
  readonly id: string;
}

/**
 * Finds an operation by its id, or with `last` the newest, whatever its state. Reads only. Throws `operation-unknown`, also when there is none at all.
 */
export async function findOperation(id: string, { folder, signal }: OperationSurroundings): Promise<Undoable> {
  const journal = journalFile(folder);
  if (id !== 'last') {
    const history = await readOperation(journal, id);
    if (history.summary !== undefined || (await keptOperations(folder)).includes(id)) return { id, ...history };
    throw new ProgramError('operation-unknown', `There is no operation ${JSON.stringify(id.slice(0, 40))}`);
  }
  const { shown } = await listOperations(journal, 1, async () => {}, signal);
  // The newest may have been killed before its first line.
  const newest = [shown[0]?.operation ?? '', (await keptOperations(folder)).at(-1) ?? ''].toSorted().at(-1) ?? '';
  if (newest === '') throw new ProgramError('operation-unknown', 'No files have been moved yet');
  return { id: newest, ...(await readOperation(journal, newest)) };
}

/** Tells what a rollback would do, the last move first. Changes nothing. Throws the signal's reason between two files. */
export async function* foreseeRollback({ records }: Undoable, signal: AbortSignal): AsyncGenerator<Undo> {
  for (const record of inReverse(records)) {
    signal.throwIfAborted();
    yield { record, result: await attempt(() => foresee(record, 'start')) };
  }
}

/** A rollback under way. Nobody else changes files of this user until it is disposed of. */
export interface Rollback extends AsyncDisposable {
  readonly id: string;
  readonly journal: string;
  readonly files: number;
  /**
   * Takes the moves back, the last one first. A file that cannot be taken back stays where it is; the rest goes on. Throws a `ProgramError` when the
   * journal cannot be written, and the signal's reason between two files. To be called once.
   */
  readonly takeBack: () => AsyncGenerator<Undo>;
  /** Removes the folders that the operation made, as far as they are empty, and gives their paths. Ends the rollback. */
  readonly end: () => Promise<readonly string[]>;
}

/** Begins to roll an operation back, finished or not. No file is touched yet. Throws as {@link findOperation} does, and `organize-busy`. */
export async function beginRollback(id: string, surroundings: OperationSurroundings): Promise<Rollback> {
  const { folder, signal, now = () => new Date() } = surroundings;
  return underLock(surroundings, async () => {
    await prepareOperations(folder);
    const { records, summary } = await findOperation(id, surroundings);
    const journal = await openRollbackJournal(folder, id, now);
    let [undone, kept] = [0, 0];
    try {
      if (summary === undefined) await journal.append(begunLine(await readPlan(operationPlan(folder, id))));
      await journal.append({ state: 'rollback-begun' });
    } catch (error) {
      await journal[Symbol.asyncDispose]();
      throw error;
    }
    return {
      id,
      journal: journal.file,
      files: records.size,
      takeBack: async function* () {
        for (const record of inReverse(records)) {
          signal.throwIfAborted();
          const result = await attempt(() => settleMove(record, 'start', journal));
          if (result.state === 'undone') undone += 1;
          if (result.state === 'kept' || result.state === 'failed') kept += 1;
          yield { record, result };
        }
      },
      end: async () => {
        const removed = await removeEmptyFolders(foldersOf(records));
        await journal.append({ state: 'rollback-ended', undone, kept });
        await forgetPlan(folder, id);
        return removed;
      },
      [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose](),
    };
  });
}

/** The folders that the moves of an operation have made. */
export const foldersOf = (records: ReadonlyMap<number, MoveRecord>): ReadonlySet<string> =>
  new Set([...records.values()].flatMap((record) => record.folders));

const inReverse = (records: ReadonlyMap<number, MoveRecord>): readonly MoveRecord[] =>
  [...records.values()].toSorted((a, b) => b.sequence - a.sequence);

async function attempt(work: () => Promise<Awaited<ReturnType<typeof settleMove>>>): Promise<UndoResult> {
  try {
    const settled = await work();
    return settled.state === 'brought' ? { state: 'undone' } : settled;
  } catch (error) {
    if (error instanceof ProgramError) throw error;
    return failureOf(error);
  }
}
