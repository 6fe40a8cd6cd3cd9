import type { EpisodePlace, SeasonSize } from './place-episode.ts';

/** A title of TMDB that may be meant, with all that is known of it. */
export interface KnownTitle {
  readonly kind: 'tv' | 'movie';
  readonly id: number;
  /** In the language that was asked for. */
  readonly name: string;
  readonly originalName: string;
  readonly originalLanguage: string;
  readonly year: number | undefined;
  readonly animated: boolean | undefined;
  readonly popularity: number;
  /** Names that TMDB knows beside the two above; empty while the details are not known. */
  readonly otherNames: readonly string[];
  readonly seasons: readonly (SeasonSize & { readonly name: string; readonly year: number | undefined })[];
  /** Best place in a list of results, from 0, and whether the list was of the whole title. */
  readonly rank: number;
  readonly byWholeTitle: boolean;
}

/** One thing that speaks for or against a candidate. */
export interface MatchReason {
  readonly what: 'title' | 'rank' | 'kind' | 'animation' | 'year' | 'episode' | 'language';
  /** Part of the confidence, negative when it speaks against. */
  readonly weight: number;
  readonly text: string;
}

/** A title that may be meant, judged. */
export interface MatchCandidate {
  readonly kind: 'tv' | 'movie';
  readonly id: number;
  /** To be used for folders and files: in the language asked for, but Korean titles in the original. */
  readonly title: string;
  readonly originalTitle: string;
  readonly originalLanguage: string;
  readonly year: number | undefined;
  /** 0 to 1. */
  readonly confidence: number;
  readonly reasons: readonly MatchReason[];
  /** Where the episode belongs; absent for films. */
  readonly place?: EpisodePlace;
}
