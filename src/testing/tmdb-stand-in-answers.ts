import type { CatalogueTitle } from './tmdb-catalogue.ts';

const RESULTS_A_PAGE = 20;
const ANIMATION = 16;

/** One page of a search, in the shape that TMDB gives it. */
export function searchIn(titles: readonly CatalogueTitle[], kind: 'tv' | 'movie' | 'multi', query: URLSearchParams, page: number): unknown {
  const language = query.get('language') ?? 'en-US';
  const year = query.get('first_air_date_year') ?? query.get('year') ?? query.get('primary_release_year');
  const found = titles
    .filter((title) => kind === 'multi' || title.kind === kind)
    .filter((title) => year === null || kind === 'multi' || title.year === Number(year))
    .map((title) => ({ title, rank: rankOf(title, query.get('query') ?? '') }))
    .filter(({ rank }) => rank > 0)
    .toSorted((a, b) => b.rank - a.rank || b.title.popularity - a.title.popularity);
  return {
    page,
    results: found
      .slice((page - 1) * RESULTS_A_PAGE, page * RESULTS_A_PAGE)
      .map(({ title }) => ({ ...resultOf(title, language), ...(kind === 'multi' ? { media_type: title.kind } : {}) })),
    total_pages: Math.ceil(found.length / RESULTS_A_PAGE),
    total_results: found.length,
  };
}

const words = (text: string): readonly string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/['’.]/g, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
const wide = (text: string): boolean => /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}]/u.test(text);

/** 0: not found. TMDB finds a title when each word asked for begins a word of one of its names; it forgives no wrong letter. */
function rankOf(title: CatalogueTitle, asked: string): number {
  const wanted = words(asked);
  if (wanted.length === 0) return 0;
  const ranks = [title.english, title.original, ...title.others].map((name) => {
    const own = words(name);
    if (own.join(' ') === wanted.join(' ')) return 3;
    if (wide(asked) && own.join('').includes(wanted.join(''))) return 2;
    return wanted.every((word) => own.some((one) => one.startsWith(word))) ? 1 : 0;
  });
  return Math.max(...ranks);
}

const dateOf = (title: CatalogueTitle, season = 1): string => `${title.year + season - 1}-04-01`;

function nameIn(title: CatalogueTitle, language: string): string {
  const code = language.slice(0, 2);
  if (code === title.language) return title.original;
  return (code === 'ko' ? title.others.find((name) => /\p{scx=Hang}/u.test(name)) : undefined) ?? title.english;
}

function resultOf(title: CatalogueTitle, language: string): object {
  const common = {
    adult: false,
    backdrop_path: null,
    genre_ids: title.animated ? [ANIMATION, 10_759] : [18],
    id: title.id,
    original_language: title.language,
    overview: '',
    popularity: title.popularity,
    poster_path: null,
    vote_average: 8.1,
    vote_count: title.popularity * 13,
  };
  const name = nameIn(title, language);
  return title.kind === 'tv'
    ? { ...common, name, original_name: title.original, first_air_date: dateOf(title), origin_country: [country(title)] }
    : { ...common, title: name, original_title: title.original, release_date: dateOf(title), video: false };
}

const country = (title: CatalogueTitle): string => ({ ja: 'JP', ko: 'KR', zh: 'CN', de: 'DE' })[title.language] ?? 'US';

/** A series or a film in the shape of TMDB's details. */
export function detailsOf(title: CatalogueTitle, language: string): object {
  const { genre_ids: genres, ...result } = resultOf(title, language) as { genre_ids: readonly number[] };
  const common = { ...result, genres: genres.map((id) => ({ id, name: id === ANIMATION ? 'Animation' : 'Other' })), status: 'Ended' };
  const others = title.others.map((name) => ({ iso_3166_1: 'JP', title: name, type: '' }));
  if (title.kind === 'movie') return { ...common, runtime: 107, imdb_id: null, alternative_titles: { titles: others } };
  const seasons = [
    ...(title.specials > 0 ? [seasonSummary(title, 0, title.specials)] : []),
    ...title.seasons.map((count, index) => seasonSummary(title, index + 1, count)),
  ];
  return {
    ...common,
    number_of_seasons: title.seasons.length,
    number_of_episodes: title.seasons.reduce((sum, count) => sum + count, 0),
    seasons,
    alternative_titles: { results: others },
  };
}

const seasonSummary = (title: CatalogueTitle, season: number, count: number): object => ({
  air_date: dateOf(title, Math.max(1, season)),
  episode_count: count,
  id: title.id * 100 + season,
  name: season === 0 ? 'Specials' : `Season ${season}`,
  overview: '',
  poster_path: null,
  season_number: season,
  vote_average: 0,
});

/** A season with its episodes; `undefined` when there is none of that number. */
export function seasonDetailsOf(title: CatalogueTitle, season: number): object | undefined {
  const count = season === 0 ? title.specials : title.seasons[season - 1];
  if (title.kind !== 'tv' || count === undefined || count === 0) return undefined;
  return {
    _id: `${title.id}-${season}`,
    air_date: dateOf(title, Math.max(1, season)),
    name: season === 0 ? 'Specials' : `Season ${season}`,
    id: title.id * 100 + season,
    season_number: season,
    episodes: Array.from({ length: count }, (_, index) => ({
      air_date: dateOf(title, Math.max(1, season)),
      episode_number: index + 1,
      id: title.id * 10_000 + season * 1_500 + index,
      name: `Episode ${index + 1}`,
      overview: '',
      season_number: season,
      crew: [],
      guest_stars: [],
    })),
  };
}
