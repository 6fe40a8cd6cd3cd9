/** A season and how many episodes it has. */
export interface SeasonSize {
  readonly season: number;
  readonly episodes: number;
}

/** What a name says about the episode. */
export interface NamedEpisode {
  readonly season: number | undefined;
  readonly lastSeason: boolean;
  /** As in the contract's `AnimeName`. */
  readonly episodes: readonly string[];
  readonly special: boolean;
}

/**
 * Where an episode belongs. `how`: `as-named` the season has it · `absolute` the number counts from the first season · `special` season 0 ·
 * `beyond` no season has so many, or there is no such season: the number stays as it is named · `none` no episode is named.
 */
export interface EpisodePlace {
  readonly how: 'as-named' | 'absolute' | 'special' | 'beyond' | 'none';
  readonly season: number;
  /** Whole numbers, ascending, one or the first and the last; with `beyond` and `special` as the name has them, `7.5` included. */
  readonly episodes: readonly number[];
}

/**
 * Turns the numbers of a name into TMDB's. A number without a season counts in the first season while that has so many, and over all seasons beyond;
 * with a season it counts in that one, or over all when that leads into the season named (`S02E26` after a first season of 25). Pure and total.
 */
export function placeEpisode(named: NamedEpisode, sizes: readonly SeasonSize[]): EpisodePlace {
  const numbers = named.episodes.map(Number);
  const regular = sizes.filter(({ season }) => season > 0).toSorted((a, b) => a.season - b.season);
  const last = regular.at(-1)?.season;
  const season = named.season ?? (named.lastSeason ? last : undefined);
  if (named.special || season === 0) return { how: 'special', season: 0, episodes: numbers };
  const [first] = numbers;
  if (first === undefined) return { how: 'none', season: season ?? 1, episodes: [] };
  if (numbers.some((number) => !Number.isInteger(number))) return { how: 'special', season: 0, episodes: numbers };
  const own = regular.find((one) => one.season === (season ?? 1));
  if (own !== undefined && numbers.every((number) => number >= 1 && number <= own.episodes)) {
    return { how: 'as-named', season: own.season, episodes: numbers };
  }
  const places = numbers.map((number) => absolute(number, regular));
  const found = places.flatMap((place) => place ?? []);
  const one = found[0];
  const together = one !== undefined && found.length === numbers.length && found.every((place) => place.season === one.season);
  if (together && (season === undefined || one.season === season)) {
    return { how: 'absolute', season: one.season, episodes: found.map(({ episode }) => episode) };
  }
  return { how: 'beyond', season: season ?? 1, episodes: numbers };
}

function absolute(number: number, regular: readonly SeasonSize[]): { readonly season: number; readonly episode: number } | undefined {
  let left = number;
  for (const { season, episodes } of regular) {
    if (left >= 1 && left <= episodes) return { season, episode: left };
    left -= episodes;
  }
  return undefined;
}
