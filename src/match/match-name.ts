import type { AnimeName } from '../contract/anime-name.ts';
import type { AnswerOrigin, TmdbSource } from '../tmdb/tmdb-source.ts';
import type { KnownTitle, MatchCandidate } from './candidate.ts';
import { type GatherOptions, type GatheredTitles, gatherTitles } from './gather-titles.ts';
import { judgeTitle } from './judge-title.ts';
import { type TitleQuery, titleQuery } from './title-query.ts';

/** What a name was found to mean. */
export interface MatchResult {
  /** `matched`: the first candidate can be used without asking. `uncertain`: somebody should look. `none`: TMDB has nothing like it. */
  readonly verdict: 'matched' | 'uncertain' | 'none';
  /** Likeliest first, five at most. */
  readonly candidates: readonly MatchCandidate[];
  /** The title that was asked for. */
  readonly query: string;
  /** For people: why the first one is not sure to be the one. */
  readonly tie?: string;
  readonly from: AnswerOrigin;
}

/** Finds what names mean. Many names of one series cost one set of requests. */
export interface Matcher {
  /** Throws what the source throws: `ProgramError`s, and the signal's reason. */
  readonly match: (name: AnimeName, signal: AbortSignal) => Promise<MatchResult>;
}

/** From this confidence on, a candidate can be used without asking. */
export const SURE = 0.66;
/** Two candidates that are no further apart are a tie. */
const TIE = 0.04;
const MOST_CANDIDATES = 5;
/** Series whose titles are kept in memory. */
const MOST_QUERIES = 500;

/** Makes a matcher on a source. The language is that of titles whose script does not choose one. */
export function makeMatcher(source: TmdbSource, options: GatherOptions): Matcher {
  const kept = new Map<string, Promise<GatheredTitles>>();
  return {
    match: async (name, signal) => {
      const query = titleQuery(name);
      const key = JSON.stringify([query.title, query.texts, query.year, query.wants]);
      let gathered = kept.get(key);
      if (gathered === undefined) {
        gathered = gatherTitles(query, source, options, signal);
        kept.set(key, gathered);
        // A failure is not remembered; its own caller gets it below.
        gathered.catch(() => kept.delete(key));
        if (kept.size > MOST_QUERIES) kept.delete(kept.keys().next().value as string);
      }
      const { titles, from } = await gathered;
      return { ...judgeName(name, query, titles), from };
    },
  };
}

/** Orders what TMDB has by how sure it is. Pure. */
export function judgeName(name: AnimeName, query: TitleQuery, titles: readonly KnownTitle[]): Omit<MatchResult, 'from'> {
  const popularity = new Map(titles.map((title) => [`${title.kind}:${title.id}`, title.popularity]));
  const popular = ({ kind, id }: MatchCandidate): number => popularity.get(`${kind}:${id}`) ?? 0;
  const candidates = titles
    .map((title) => judgeTitle(name, query, title))
    .toSorted((a, b) => b.confidence - a.confidence || popular(b) - popular(a) || a.id - b.id)
    .slice(0, MOST_CANDIDATES);
  const [first, second] = candidates;
  if (first === undefined) return { verdict: 'none', candidates: [], query: query.title };
  const tie = second !== undefined && first.confidence - second.confidence <= TIE ? tieText(query, first, second) : undefined;
  return {
    verdict: first.confidence >= SURE && tie === undefined ? 'matched' : 'uncertain',
    candidates,
    query: query.title,
    ...(tie === undefined ? {} : { tie }),
  };
}

function tieText(query: TitleQuery, first: MatchCandidate, second: MatchCandidate): string {
  const both = `"${first.title}" (${about(first)}) and "${second.title}" (${about(second)})`;
  if (first.year !== second.year && query.year === undefined) return `${both} are as likely; a year in the name would tell them apart`;
  if (first.kind !== second.kind) return `${both} are as likely; the name does not say whether it is a film`;
  return `${both} are as likely`;
}

const about = ({ kind, year }: MatchCandidate): string =>
  `${kind === 'movie' ? 'film' : 'series'}${year === undefined ? '' : ` of ${year}`}`;
