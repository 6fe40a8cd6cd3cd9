// Apart from the formats, since showing a reason must not cost loading the definitions of all of them.

/** Why a file stays where it is. */
export const stayReasons = {
  'in-place': 'It already has its name and place.',
  'not-understood': 'Its name gives no title.',
  'no-episode': 'Its name gives no episode number and does not say that it is a film.',
  duplicate: 'A better copy of it gets the name.',
  'uncertain-title': 'It is not sure which title of TMDB it is.',
  'no-match': 'TMDB has nothing like it.',
  'no-answer': 'TMDB could not be asked about it.',
  'unknown-episode': 'TMDB does not say which season and episode it is.',
  'same-destination': 'Another file would get the same name.',
  'destination-exists': 'A file with that name is already there.',
} as const;
export type StayReason = keyof typeof stayReasons;

/** The reasons that make a plan one with conflicts. */
export const conflictReasons: readonly StayReason[] = ['same-destination', 'destination-exists'];

/** What a file of a plan is like when the plan is looked at again. */
export const differences = {
  'to-apply': 'As it was planned.',
  done: 'It is at its destination already.',
  gone: 'The file is no longer there.',
  changed: 'The file has changed since.',
  'destination-taken': 'A file with that name has come to be there.',
} as const;
export type Difference = keyof typeof differences;

/** The differences that make a plan stale. */
export const staleDifferences: readonly Difference[] = ['gone', 'changed', 'destination-taken'];

/** Why a rollback leaves a file where it is. */
export const keepReasons = {
  gone: 'It is no longer where it was put.',
  changed: 'It has changed since.',
  taken: 'Another file is in the place that it would go back to.',
  'original-gone': 'The original is no longer there: this copy may be the only one.',
  'original-changed': 'The original has changed since: this copy may be the only one of what it was.',
} as const;
export type KeepReason = keyof typeof keepReasons;

/** How far an operation is, as its lines in the journal say. */
export const operationStates = {
  unfinished: 'unfinished',
  finished: 'finished',
  'rollback-unfinished': 'rollback unfinished',
  'partly-rolled-back': 'partly rolled back',
  'rolled-back': 'rolled back',
} as const;
export type OperationState = keyof typeof operationStates;
