import path from 'node:path';
import { missingFolders, removeEmptyFolders } from './folders.ts';
import { type MoveRecord, otherPlace, type Place } from './move-record.ts';
import type { RollbackJournal } from './rollback-journal.ts';
import { LeftBothError, transferFile } from './transfer-file.ts';

/** What a move is known by, before anything has happened. */
export type MoveFacts = Pick<MoveRecord, 'sequence' | 'transfer' | 'paths' | 'sizeBytes' | 'fingerprint' | 'companionOf'>;

/** Where a copy grows beside its destination: a name that no other move of any operation has, so that what a killed program left is found again. */
export const partBeside = (file: string, operation: string, sequence: number): string =>
  path.join(path.dirname(file), `.${operation}-${sequence}.anivault-part`);

/** What the lines about a move say beside its state. */
export function lineAbout(move: MoveFacts, goal: Place) {
  const { sequence, transfer, paths, sizeBytes, fingerprint, companionOf } = move;
  return {
    sequence,
    direction: goal === 'end' ? ('forward' as const) : ('back' as const),
    transfer,
    from: paths[otherPlace(goal)],
    to: paths[goal],
    sizeBytes,
    fingerprint,
    ...(companionOf === undefined ? {} : { companionOf }),
  };
}

/**
 * Brings a file to `goal` from the other place, with a line in the journal before each thing that a killed program would leave behind. When it throws,
 * the file is where it was, folders that were made for it are gone, and the journal says so; but for a `LeftBothError`, which the journal leaves open,
 * and for a journal that cannot be written.
 */
export async function journalledTransfer(move: MoveFacts, goal: Place, journal: RollbackJournal): Promise<void> {
  const line = lineAbout(move, goal);
  const { sequence, direction, from, to } = line;
  const folders = await missingFolders(path.dirname(to));
  await journal.append({ ...line, state: 'started', folders: [...folders] });
  try {
    await transferFile({
      transfer: move.transfer,
      from,
      to,
      part: partBeside(to, journal.operation, sequence),
      note: (state) => journal.append({ sequence, direction, state }),
    });
  } catch (error) {
    if (error instanceof LeftBothError) throw error;
    await removeEmptyFolders(folders);
    await journal.append({ ...line, state: 'failed', problem: (error as Error).message });
    throw error;
  }
  await journal.append({ ...line, state: 'finished' });
}
