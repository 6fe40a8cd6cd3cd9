import * as z from 'zod';

// What the program reads of TMDB's answers. Fields it does not use are dropped, so that new ones do no harm; of those it uses, TMDB leaves some out or
// sets them to null or to '' where it knows nothing.

const MOST_TEXT = 2_000;
const text = z.string().max(MOST_TEXT);
const optionalText = z
  .string()
  .nullish()
  .transform((value) => (value ? value.slice(0, MOST_TEXT) : ''));
// 2016-08-26
const date = z
  .string()
  .nullish()
  .transform((value) => (value && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined));
const number = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
const id = z.int().positive();

const series = z.object({
  id,
  name: text,
  original_name: optionalText,
  original_language: optionalText,
  first_air_date: date,
  popularity: number,
  genre_ids: z.array(z.int()).max(100).optional(),
  origin_country: z.array(text).max(100).optional(),
});

const film = z.object({
  id,
  title: text,
  original_title: optionalText,
  original_language: optionalText,
  release_date: date,
  popularity: number,
  genre_ids: z.array(z.int()).max(100).optional(),
});

/** A page of results. TMDB gives 20 a page and no more than 500 pages. */
const pageOf = <T extends z.ZodType>(result: T) =>
  z.object({
    page: z.int().min(1),
    results: z.array(result).max(200),
    total_pages: z.int().min(0),
    total_results: z.int().min(0),
  });

const person = z.object({ media_type: z.literal('person'), id });

export const seriesPage = pageOf(series);
export const filmPage = pageOf(film);
export const multiPage = pageOf(
  z.discriminatedUnion('media_type', [
    series.extend({ media_type: z.literal('tv') }),
    film.extend({ media_type: z.literal('movie') }),
    person,
  ]),
);

const seasonSummary = z.object({ season_number: z.int().min(0), name: optionalText, episode_count: z.int().min(0), air_date: date });

// Series have `results`, films `titles`.
const otherNames = z
  .array(z.object({ title: text }))
  .max(2_000)
  .optional();
const detailed = {
  genres: z
    .array(z.object({ id: z.int() }))
    .max(100)
    .optional(),
  alternative_titles: z.object({ results: otherNames, titles: otherNames }).optional(),
};

export const seriesDetails = series.omit({ genre_ids: true }).extend({
  ...detailed,
  number_of_seasons: z.int().min(0).nullish(),
  number_of_episodes: z.int().min(0).nullish(),
  seasons: z.array(seasonSummary).max(500),
});

export const seasonDetails = z.object({
  season_number: z.int().min(0),
  name: optionalText,
  air_date: date,
  episodes: z.array(z.object({ episode_number: z.int().min(0), name: optionalText, air_date: date })).max(5_000),
});

export const filmDetails = film.omit({ genre_ids: true }).extend({ ...detailed, runtime: z.number().nullish() });

export const keyCheck = z.object({ success: z.literal(true) });

/** TMDB's own word for what went wrong. */
export const failure = z.object({ status_code: z.int().optional(), status_message: z.string().max(MOST_TEXT).optional() });

export type Page<T> = {
  readonly page: number;
  readonly results: readonly T[];
  readonly total_pages: number;
  readonly total_results: number;
};
export type Series = z.output<typeof series>;
export type Film = z.output<typeof film>;
export type MultiResult = z.output<typeof multiPage>['results'][number];
export type SeriesDetails = z.output<typeof seriesDetails>;
export type SeasonDetails = z.output<typeof seasonDetails>;
export type FilmDetails = z.output<typeof filmDetails>;
