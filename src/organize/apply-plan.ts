import path from 'node:path';
import type { PlannedMove } from '../contract/plan.ts';
import { ProgramError, isRefusal, writeProblem } from '../core/program-error.ts';
import { fingerprint } from './fingerprint.ts';
import type { Folders } from './make-plan.ts';
import { moveFile } from './move-file.ts';
import type { RollbackJournal } from './rollback-journal.ts';

/** What became of one move. */
export type MoveResult = { readonly state: 'moved' } | { readonly state: 'failed'; readonly problem: string; readonly permission: boolean };

/**
 * Makes the moves one after another; each stands in the journal before its file is touched. A move that fails leaves its file where it was and the rest
 * goes on. Throws a `ProgramError` when going on makes no sense (disk full, journal not writable), and the signal's reason between two moves.
 */
export async function* applyMoves(
  moves: readonly PlannedMove[],
  folders: Folders,
  journal: RollbackJournal,
  signal: AbortSignal,
): AsyncGenerator<{ readonly move: PlannedMove; readonly result: MoveResult }> {
  for (const [sequence, move] of moves.entries()) {
    signal.throwIfAborted();
    const from = path.join(folders.source, move.from);
    const to = path.join(folders.destination, move.to);
    let known: Awaited<ReturnType<typeof fingerprint>>;
    try {
      known = await fingerprint(from);
    } catch (error) {
      yield { move, result: failure(error) };
      continue;
    }
    const entry = { sequence, from, to, ...known };
    await journal.append({ ...entry, state: 'started' });
    try {
      await moveFile(from, to);
    } catch (error) {
      const result = failure(error);
      await journal.append({ ...entry, state: 'failed', problem: result.problem });
      const mapped = writeProblem(error, to);
      if (mapped instanceof ProgramError && mapped.code === 'disk-full') throw mapped;
      yield { move, result };
      continue;
    }
    await journal.append({ ...entry, state: 'finished' });
    yield { move, result: { state: 'moved' } };
  }
}

function failure(error: unknown): Extract<MoveResult, { state: 'failed' }> {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const problem = code === 'EEXIST' ? 'A file came to be at the destination in the meantime' : (error as Error).message;
  return { state: 'failed', problem, permission: isRefusal(error) };
}
