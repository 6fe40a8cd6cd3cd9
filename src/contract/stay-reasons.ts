// Apart from the formats, since showing a reason must not cost loading the definitions of all of them.

/** Why a file stays where it is. */
export const stayReasons = {
  'in-place': 'It already has its name and place.',
  'not-understood': 'Its name gives no title.',
  'no-episode': 'Its name gives no episode number and does not say that it is a film.',
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
