import path from 'node:path';
import type { Plan, PlannedMove } from '../contract/plan.ts';
import { keepReasons } from '../contract/stay-reasons.ts';
import { ProgramError, isFull, isRefusal } from '../core/program-error.ts';
import { sameAsPlanned } from './compare-plan.ts';
import { fingerprint } from './fingerprint.ts';
import { journalledTransfer } from './journalled-transfer.ts';
import type { MoveRecord } from './move-record.ts';
import type { RollbackJournal } from './rollback-journal.ts';
import { settleMove } from './settle-move.ts';

/** What kept a file from being moved. */
export type FailureCause = 'permission' | 'disk-full' | 'conflict' | 'changed' | 'video' | 'other';

/** What became of one move. */
export type MoveResult = { readonly state: 'moved' } | Failure;
export interface Failure {
  readonly state: 'failed';
  readonly cause: FailureCause;
  readonly problem: string;
}

/**
 * Makes the moves of a plan one after another, or what is left of them when `records` tell of earlier attempts; each stands in the journal before its
 * file is touched. A move that fails leaves its file where it was, and with it what belongs to that video; the rest goes on. Throws a `ProgramError` when
 * the journal cannot be written, and the signal's reason between two moves.
 */
export async function* carryOutMoves(
  plan: Plan,
  records: ReadonlyMap<number, MoveRecord>,
  journal: RollbackJournal,
  signal: AbortSignal,
): AsyncGenerator<{ readonly move: PlannedMove; readonly result: MoveResult }> {
  const left = new Set<string>();
  for (const [sequence, move] of plan.moves.entries()) {
    signal.throwIfAborted();
    let result: MoveResult;
    if (move.companionOf !== undefined && left.has(move.companionOf)) {
      result = { state: 'failed', cause: 'video', problem: 'It stays with its video' };
    } else {
      try {
        const record = records.get(sequence);
        result = record ? await finish(record, journal) : await start(sequence, move, plan, journal);
      } catch (error) {
        if (error instanceof ProgramError) throw error;
        result = failureOf(error);
      }
    }
    if (result.state === 'failed') left.add(move.from);
    yield { move, result };
  }
}

async function start(sequence: number, move: PlannedMove, plan: Plan, journal: RollbackJournal): Promise<MoveResult> {
  const { source, destination, transfer } = plan;
  const paths = { start: path.join(source, move.from), end: path.join(destination, move.to) };
  const state = await sameAsPlanned(paths.start, move);
  if (state === 'gone') return { state: 'failed', cause: 'changed', problem: 'The file is no longer there' };
  if (state === 'changed') return { state: 'failed', cause: 'changed', problem: 'The file has changed since it was planned' };
  const companionOf = move.companionOf === undefined ? undefined : path.join(source, move.companionOf);
  await journalledTransfer({ sequence, transfer, paths, ...(await fingerprint(paths.start)), companionOf }, 'end', journal);
  return { state: 'moved' };
}

async function finish(record: MoveRecord, journal: RollbackJournal): Promise<MoveResult> {
  const settled = await settleMove(record, 'end', journal);
  if (settled.state !== 'kept') return { state: 'moved' };
  const { reason } = settled;
  return { state: 'failed', cause: reason === 'taken' ? 'conflict' : 'changed', problem: reason === 'taken' ? TAKEN : keepReasons[reason] };
}

const TAKEN = 'A file came to be at the destination in the meantime';

/** What an error of the operating system means for the file that it is about. */
export function failureOf(error: unknown): Failure {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST') return { state: 'failed', cause: 'conflict', problem: TAKEN };
  if (code === 'ENOENT') return { state: 'failed', cause: 'changed', problem: `It is no longer there (${message})` };
  const cause = isFull(error) ? 'disk-full' : isRefusal(error) ? 'permission' : 'other';
  return { state: 'failed', cause, problem: message };
}
