import { rm, unlink } from 'node:fs/promises';
import type { KeepReason } from '../contract/stay-reasons.ts';
import { decide } from './decide.ts';
import { sha256Of } from './file-hash.ts';
import { journalledTransfer, lineAbout, partBeside } from './journalled-transfer.ts';
import { type MoveRecord, otherPlace, type Place } from './move-record.ts';
import { observe } from './observe.ts';
import type { RollbackJournal } from './rollback-journal.ts';

/** How a file came to its goal, or why it did not. */
export type Settled =
  | { readonly state: 'was-there' }
  /** It was brought there, or what a killed program had left was cleared away. */
  | { readonly state: 'brought' }
  | { readonly state: 'kept'; readonly reason: KeepReason };

/** More than any state of two places needs; whatever goes on longer is changing under our hands. */
const MOST_ACTS = 6;

/** What {@link settleMove} would say, as far as looking tells: files are not compared in full. Changes nothing. */
export async function foresee(record: MoveRecord, goal: Place): Promise<Settled> {
  if (isSettled(record, goal)) return { state: 'was-there' };
  const decision = decide(record, goal, await observe(record));
  switch (decision.act) {
    case 'nothing':
      return { state: 'was-there' };
    case 'keep':
      return { state: 'kept', reason: decision.reason };
    case 'transfer':
    case 'remove-name':
    case 'remove-reservation':
    case 'remove-copy':
      return { state: 'brought' };
  }
}

/**
 * Brings the file of a move to one of its two places from whatever state a program that was killed has left it in, and removes what that one left lying
 * about. Can itself be cut off at any moment and done again. Throws what the operating system says, after which the move is as it was or still open.
 */
export async function settleMove(record: MoveRecord, goal: Place, journal: RollbackJournal): Promise<Settled> {
  if (isSettled(record, goal)) return { state: 'was-there' };
  const { paths, sequence } = record;
  if (record.underWay) {
    for (const file of [paths.start, paths.end]) await rm(partBeside(file, journal.operation, sequence), { force: true });
  }
  let changed = false;
  // A copy is taken back without a transfer: the journal has to know that this one is no longer settled.
  const announce = async (): Promise<void> => {
    if (!record.underWay && !changed) await journal.append({ ...lineAbout(record, goal), state: 'started', folders: [] });
  };
  for (let acts = 0; acts < MOST_ACTS; acts += 1) {
    const decision = decide(record, goal, await observe(record));
    switch (decision.act) {
      case 'nothing':
        // Either the step that was cut off had done its work, or it had led away from here and comes to nothing.
        if (record.at === goal)
          await journal.append({ ...lineAbout(record, otherPlace(goal)), state: 'failed', problem: 'It was cut off' });
        else await journal.append({ ...lineAbout(record, goal), state: 'finished' });
        return { state: changed ? 'brought' : 'was-there' };
      case 'keep':
        return { state: 'kept', reason: decision.reason };
      case 'transfer':
        // The journal gets what it has missed first, so that it never tells of two steps at once.
        if (record.at === goal) await journal.append({ ...lineAbout(record, otherPlace(goal)), state: 'finished' });
        await journalledTransfer(record, goal, journal);
        return { state: 'brought' };
      case 'remove-copy':
        await announce();
        if ((await sha256Of(paths.start)) !== (await sha256Of(paths.end))) return { state: 'kept', reason: 'changed' };
        await unlink(paths[decision.place]);
        break;
      case 'remove-name':
      case 'remove-reservation':
        await announce();
        await unlink(paths[decision.place]);
        break;
    }
    changed = true;
  }
  return { state: 'kept', reason: 'changed' };
}

const isSettled = (record: MoveRecord, goal: Place): boolean => record.at === goal && !record.underWay;
