import type { Film, FilmDetails, Page, Series, SeriesDetails } from '../tmdb/answers.ts';
import { type TmdbRequest, filmById, searchFilms, searchSeries, seriesById } from '../tmdb/requests.ts';
import type { AnswerOrigin, TmdbSource } from '../tmdb/tmdb-source.ts';
import type { KnownTitle } from './candidate.ts';
import { similarity } from './title-key.ts';
import type { TitleQuery } from './title-query.ts';

/** What TMDB has for a question. */
export interface GatheredTitles {
  readonly titles: readonly KnownTitle[];
  /** The least certain origin of an answer that went into it. */
  readonly from: AnswerOrigin;
}

export interface GatherOptions {
  /** Language of titles where the name's script does not choose one. */
  readonly language: string;
  readonly includeAdult: boolean;
}

const ANIMATION = 16;
const GOOD_ENOUGH = 0.9;
/** Titles whose details are looked at. */
const MOST_DETAILS = 5;

type Kind = KnownTitle['kind'];
type ToTitle<Result> = (result: Result, rank: number, byWholeTitle: boolean) => KnownTitle;

/**
 * Asks TMDB: the whole title first, and other forms of it only while nothing is found that is nearly the same. Then the details of the likeliest ones, for
 * their other names and the sizes of their seasons; these in the user's language, since that is how titles are to be written.
 */
export async function gatherTitles(
  query: TitleQuery,
  source: TmdbSource,
  options: GatherOptions,
  signal: AbortSignal,
): Promise<GatheredTitles> {
  const language = query.language ?? options.language;
  const pool = new Map<string, KnownTitle>();
  let from: AnswerOrigin = 'cache';
  const note = (origin: AnswerOrigin): void => {
    if (origin === 'stale' || from === 'cache') from = origin;
  };

  const search = async (text: string, kind: Kind, year?: number): Promise<void> => {
    const common = { language, includeAdult: options.includeAdult, ...(year === undefined ? {} : { year }) };
    const whole = text === query.title;
    const add = (titles: readonly KnownTitle[]): void => {
      for (const title of titles) {
        const key = `${title.kind}:${title.id}`;
        const known = pool.get(key);
        // A list of one year is short: a place in it says little.
        if (known === undefined) pool.set(key, year === undefined ? title : { ...title, rank: title.rank + 2 });
        else if (whole && title.rank < known.rank) pool.set(key, { ...known, rank: title.rank, byWholeTitle: true });
      }
    };
    const ask = async <Result>(request: TmdbRequest<Page<Result>>, toTitle: ToTitle<Result>): Promise<void> => {
      const answer = await source.get(request, signal);
      note(answer.from);
      add((answer.value?.results ?? []).map((result, rank) => toTitle(result, rank, whole)));
    };
    await (kind === 'tv' ? ask(searchSeries(text, common), seriesTitle) : ask(searchFilms(text, common), filmTitle));
  };

  const best = (): number => Math.max(0, ...[...pool.values()].map((title) => surface(query, title)));
  const kinds: readonly Kind[] = { series: ['tv'] as const, film: ['movie'] as const, either: ['tv', 'movie'] as const }[query.wants];
  for (const [index, text] of query.texts.entries()) {
    await Promise.all(kinds.map((kind) => search(text, kind)));
    if (index === 0 && query.year !== undefined) await Promise.all(kinds.map((kind) => search(text, kind, query.year)));
    if (best() >= GOOD_ENOUGH || [...pool.values()].some((title) => title.byWholeTitle)) break;
  }
  if (pool.size === 0 && query.wants !== 'either') {
    const other: Kind = query.wants === 'film' ? 'tv' : 'movie';
    for (const text of query.texts.slice(0, 2)) if (pool.size === 0) await search(text, other);
  }

  const likely = [...pool.values()].toSorted((a, b) => promise(query, b) - promise(query, a));
  const detailed = await Promise.all(
    likely.slice(0, MOST_DETAILS).map(async (title) => {
      const answer =
        title.kind === 'tv'
          ? await source.get(seriesById(title.id, options.language), signal)
          : await source.get(filmById(title.id, options.language), signal);
      note(answer.from);
      return answer.value === undefined ? title : withDetails(title, answer.value);
    }),
  );
  return { titles: [...detailed, ...likely.slice(MOST_DETAILS)], from };
}

const surface = (query: TitleQuery, title: KnownTitle): number =>
  Math.max(similarity(query.title, title.name), similarity(query.title, title.originalName));

const promise = (query: TitleQuery, title: KnownTitle): number =>
  surface(query, title) +
  (title.byWholeTitle ? 0.5 : 0) -
  title.rank * 0.05 +
  (title.year === query.year ? 0.3 : 0) +
  (title.animated ? 0.2 : 0);

// 2016-08-26
const yearOf = (date: string | undefined): number | undefined => (date === undefined ? undefined : Number(date.slice(0, 4)));
const animatedBy = (genres: readonly number[] | undefined): boolean | undefined => genres?.includes(ANIMATION);

const seriesTitle = (result: Series, rank: number, byWholeTitle: boolean): KnownTitle => ({
  kind: 'tv',
  id: result.id,
  name: result.name,
  originalName: result.original_name,
  originalLanguage: result.original_language,
  year: yearOf(result.first_air_date),
  animated: animatedBy(result.genre_ids),
  popularity: result.popularity,
  otherNames: [],
  seasons: [],
  rank,
  byWholeTitle,
});

const filmTitle = (result: Film, rank: number, byWholeTitle: boolean): KnownTitle => ({
  ...seriesTitle(
    { ...result, name: result.title, original_name: result.original_title, first_air_date: result.release_date },
    rank,
    byWholeTitle,
  ),
  kind: 'movie',
});

function withDetails(title: KnownTitle, details: SeriesDetails | FilmDetails): KnownTitle {
  const animated = details.genres?.some(({ id }) => id === ANIMATION) ?? title.animated;
  const otherNames = (details.alternative_titles?.results ?? details.alternative_titles?.titles ?? []).map((other) => other.title);
  otherNames.push(title.name);
  if (!('seasons' in details)) return { ...title, name: details.title, animated, otherNames };
  const seasons = details.seasons.map((season) => ({
    season: season.season_number,
    episodes: season.episode_count,
    name: season.name,
    year: yearOf(season.air_date),
  }));
  return { ...title, name: details.name, animated, otherNames, seasons };
}
