import type * as z from 'zod';
import * as answers from './answers.ts';

/** A question to TMDB: where it is asked, what a good answer looks like, and how long the answer is worth keeping. */
export interface TmdbRequest<Answer> {
  /** Below the base address, without a leading `/`: `3/search/tv`. */
  readonly path: string;
  /** Without the key; the order does not matter. */
  readonly query: Readonly<Record<string, string>>;
  readonly answer: z.ZodType<Answer>;
  /** `undefined`: not to be kept at all. */
  readonly keepForMs: number | undefined;
}

const DAY_MS = 86_400_000;

export interface SearchOptions {
  /** Language of the names in the answer, such as `ja-JP`; TMDB's default is `en-US`. */
  readonly language?: string;
  /** First year of a series, year of release of a film. */
  readonly year?: number;
  /** 1 to 500. */
  readonly page?: number;
  readonly includeAdult?: boolean;
}

const searchQuery = (text: string, options: SearchOptions, year: string): Record<string, string> => ({
  query: text,
  page: String(options.page ?? 1),
  include_adult: String(options.includeAdult ?? false),
  ...language(options.language),
  ...(options.year === undefined ? {} : { [year]: String(options.year) }),
});
const language = (code: string | undefined): Record<string, string> => (code === undefined ? {} : { language: code });

export const searchSeries = (text: string, options: SearchOptions = {}): TmdbRequest<answers.Page<answers.Series>> => ({
  path: '3/search/tv',
  query: searchQuery(text, options, 'first_air_date_year'),
  answer: answers.seriesPage,
  keepForMs: 3 * DAY_MS,
});

export const searchFilms = (text: string, options: SearchOptions = {}): TmdbRequest<answers.Page<answers.Film>> => ({
  path: '3/search/movie',
  query: searchQuery(text, options, 'year'),
  answer: answers.filmPage,
  keepForMs: 3 * DAY_MS,
});

/** Series, films and people at once; TMDB knows no year here. */
export const searchEverything = (
  text: string,
  options: Omit<SearchOptions, 'year'> = {},
): TmdbRequest<answers.Page<answers.MultiResult>> => ({
  path: '3/search/multi',
  query: searchQuery(text, options, 'year'),
  answer: answers.multiPage,
  keepForMs: 3 * DAY_MS,
});

/** With its seasons and other names. */
export const seriesById = (id: number, code?: string): TmdbRequest<answers.SeriesDetails> => ({
  path: `3/tv/${id}`,
  query: { ...language(code), append_to_response: 'alternative_titles' },
  answer: answers.seriesDetails,
  keepForMs: 7 * DAY_MS,
});

export const seasonOf = (id: number, season: number, code?: string): TmdbRequest<answers.SeasonDetails> => ({
  path: `3/tv/${id}/season/${season}`,
  query: language(code),
  answer: answers.seasonDetails,
  keepForMs: 7 * DAY_MS,
});

/** With its other names. */
export const filmById = (id: number, code?: string): TmdbRequest<answers.FilmDetails> => ({
  path: `3/movie/${id}`,
  query: { ...language(code), append_to_response: 'alternative_titles' },
  answer: answers.filmDetails,
  keepForMs: 30 * DAY_MS,
});

/** Whether TMDB is there and takes the key. */
export const checkKey = (): TmdbRequest<{ success: true }> => ({
  path: '3/authentication',
  query: {},
  answer: answers.keyCheck,
  keepForMs: undefined,
});

/** The same text for the same question, whatever the order of its parameters and whoever asks; never holds the key. */
export function requestName(request: Pick<TmdbRequest<unknown>, 'path' | 'query'>): string {
  const query = new URLSearchParams(Object.entries(request.query).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return `${request.path}?${query.toString()}`;
}
