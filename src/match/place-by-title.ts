import path from 'node:path';
import type { AnimeName } from '../contract/anime-name.ts';
import { type Destination, episodePath, filmPath, titleAndYear } from '../organize/destination.ts';
import type { MatchCandidate } from './candidate.ts';
import type { FileMatch } from './match-files.ts';
import { SURE } from './match-name.ts';

/** What is sure enough for a file to be moved. */
export interface PlaceRules {
  /** Confidence of the first candidate from which on it is taken, 0 to 1; {@link SURE} when absent, or anything when what is uncertain is accepted. */
  readonly leastConfidence?: number;
  /** Take the first candidate also when it is not sure, and the number of an episode that TMDB does not know. */
  readonly acceptUncertain: boolean;
}

/**
 * Where a file belongs that was matched: `Title (Year)/Season NN/Title - SNNENN.ext`, films `Title (Year)/Title (Year).ext`, with what TMDB says. What is not
 * sure stays: a title that another one is as likely as, an episode that TMDB does not have, a special whose number is the release group's own. Pure.
 */
export function placeByTitle(match: FileMatch, rules: PlaceRules): Destination {
  switch (match.verdict) {
    case 'not-understood':
      return { stays: 'not-understood' };
    case 'unanswered':
      return { stays: 'no-answer' };
    case 'none':
      return { stays: 'no-match' };
    case 'matched':
    case 'uncertain': {
      const [best] = match.candidates;
      if (best === undefined) return { stays: 'no-match' };
      const least = rules.leastConfidence ?? (rules.acceptUncertain ? 0 : SURE);
      const tied = match.tie !== undefined && !rules.acceptUncertain;
      if (tied || best.confidence < least) return { stays: 'uncertain-title' };
      return placeOf(best, match.name, path.posix.extname(match.path).toLowerCase(), rules);
    }
  }
}

function placeOf({ title, year, place }: MatchCandidate, name: AnimeName, ending: string, { acceptUncertain }: PlaceRules): Destination {
  // Films have none.
  if (place === undefined) return { path: filmPath(title, year, ending) };
  if (place.episodes.length === 0) return { stays: 'no-episode' };
  if (!acceptUncertain && !isKnown(place, name)) return { stays: 'unknown-episode' };
  return { path: episodePath(titleAndYear(title, year), title, place.season, place.episodes.map(String), ending) };
}

function isKnown(place: NonNullable<MatchCandidate['place']>, name: AnimeName): boolean {
  switch (place.how) {
    case 'as-named':
    case 'absolute':
      return true;
    case 'special':
      // Whoever writes S00E03 means TMDB's third; the third OVA of a release can be any of TMDB's specials.
      return name.season === 0 && place.episodes.every(Number.isInteger);
    case 'beyond':
    case 'none':
      return false;
  }
}
