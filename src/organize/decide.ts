import type { KeepReason } from '../contract/stay-reasons.ts';
import { type MoveRecord, type Place, otherPlace } from './move-record.ts';

/** What is at a place: nothing, a file like the one that the journal tells of, an empty file (when that one is not), or anything else. */
export type Sight = 'absent' | 'ours' | 'empty' | 'other';

/** What the file system says of the two places of a move. */
export interface Sights extends Readonly<Record<Place, Sight>> {
  /** Both are names of one file. */
  readonly oneFile: boolean;
}

/** What to do next to bring a file to its goal. After all but `nothing` and `keep` the file system is to be asked again. */
export type Decision =
  | { readonly act: 'nothing' }
  | { readonly act: 'transfer' }
  /** Of a file with two names one goes. */
  | { readonly act: 'remove-name'; readonly place: Place }
  /** An empty file that held a name goes. */
  | { readonly act: 'remove-reservation'; readonly place: Place }
  /** One of two files goes, once both were read in full and found to be the same. */
  | { readonly act: 'remove-copy'; readonly place: Place }
  | { readonly act: 'keep'; readonly reason: KeepReason };

type Known = Pick<MoveRecord, 'transfer' | 'at' | 'underWay' | 'reserved' | 'copied'>;

/**
 * Decides how a file comes to `goal` from wherever a move that was cut off has left it. Pure and total. Whatever it decides, a file that is not proven
 * to be a left-over of the program is never removed and never written over: the proof is that it is a second name of the file itself, or that the journal
 * says that the program was about to make it and it looks just so.
 */
export function decide(record: Known, goal: Place, sights: Sights): Decision {
  const { reserved } = record;
  if (reserved !== undefined && sights[reserved] === 'empty') return { act: 'remove-reservation', place: reserved };
  // Of an empty file the reservation looks like the file itself, but has not its time. Whatever is there in full can be made again.
  if (reserved !== undefined && sights.start === 'ours' && sights.end === 'ours' && !sights.oneFile) {
    return { act: 'remove-copy', place: reserved };
  }
  return record.transfer === 'copy' ? decideCopy(record, goal, sights) : decideMove(record, goal, sights);
}

function decideMove(record: Known, goal: Place, sights: Sights): Decision {
  const other = otherPlace(goal);
  if (sights.oneFile) return { act: 'remove-name', place: other };
  const [here, there] = [sights[goal], sights[other]];
  // A step that never got as far as making something has left the file where it was.
  const alreadyHere: Decision = { act: 'nothing' };
  switch (here) {
    case 'ours':
      if (there !== 'ours') return alreadyHere;
      if (record.copied !== undefined) return { act: 'remove-copy', place: other };
      return record.at === goal ? alreadyHere : { act: 'keep', reason: 'taken' };
    case 'absent':
      if (there === 'ours') return { act: 'transfer' };
      return { act: 'keep', reason: there === 'absent' ? 'gone' : 'changed' };
    case 'empty':
    case 'other':
      return record.at === goal && there !== 'ours' ? alreadyHere : { act: 'keep', reason: 'taken' };
  }
}

function decideCopy(record: Known, goal: Place, { start, end, oneFile }: Sights): Decision {
  const made = record.at === 'end' || record.copied === 'end';
  const original: KeepReason = start === 'absent' ? 'original-gone' : 'original-changed';
  switch (end) {
    case 'absent':
      if (goal === 'start') return { act: 'nothing' };
      return start === 'ours' ? { act: 'transfer' } : { act: 'keep', reason: start === 'absent' ? 'gone' : 'changed' };
    case 'ours':
      if (goal === 'end') return made ? { act: 'nothing' } : { act: 'keep', reason: 'taken' };
      if (!made) return { act: 'nothing' };
      if (oneFile) return { act: 'remove-name', place: 'end' };
      return start === 'ours' ? { act: 'remove-copy', place: 'end' } : { act: 'keep', reason: original };
    case 'empty':
    case 'other':
      if (goal === 'end') return { act: 'keep', reason: made ? 'changed' : 'taken' };
      return made ? { act: 'keep', reason: 'changed' } : { act: 'nothing' };
  }
}
