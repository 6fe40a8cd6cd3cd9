import type { AnimeName } from '../contract/anime-name.ts';
import type { KnownTitle, MatchCandidate, MatchReason } from './candidate.ts';
import { placeEpisode } from './place-episode.ts';
import { similarity } from './title-key.ts';
import type { TitleQuery } from './title-query.ts';

/** What TMDB finds for a whole title has a name with all its words, also when that name is not in the list of results. */
const FOUND_BY_ANOTHER_NAME = 0.72;
/** The weights of all that can speak for a title add up to 1. */
const TITLE_WEIGHT = 0.62;
const EASTERN: ReadonlySet<string> = new Set(['ja', 'ko', 'zh']);

/** How sure it is that a name means a title, with the reasons. Pure. */
export function judgeTitle(name: AnimeName, query: TitleQuery, title: KnownTitle): MatchCandidate {
  const place =
    title.kind === 'tv'
      ? placeEpisode({ season: query.season, lastSeason: query.lastSeason, episodes: name.episodes, special: query.special }, title.seasons)
      : undefined;
  const reasons = [
    titleReason(query, title),
    { what: 'rank', weight: Math.max(0, 0.06 - title.rank * 0.01), text: `TMDB lists it as number ${title.rank + 1}` } as const,
    kindReason(query, title),
    ...animationReason(title),
    ...yearReason(query, title),
    ...episodeReason(name, query, title, place),
  ];
  const sum = reasons.reduce((total, { weight }) => total + weight, 0);
  return {
    kind: title.kind,
    id: title.id,
    title: title.originalLanguage === 'ko' && title.originalName !== '' ? title.originalName : title.name,
    originalTitle: title.originalName,
    originalLanguage: title.originalLanguage,
    year: title.year,
    confidence: Math.round(Math.min(1, Math.max(0, sum)) * 1000) / 1000,
    reasons,
    ...(place === undefined ? {} : { place }),
  };
}

function titleReason(query: TitleQuery, title: KnownTitle): MatchReason {
  const names = [title.name, title.originalName, ...title.otherNames, ...title.seasons.map((season) => `${title.name} ${season.name}`)];
  let [best, bestName] = [0, title.name];
  for (const one of names) {
    const alike = similarity(query.title, one);
    if (alike > best) [best, bestName] = [alike, one];
  }
  const floor = title.byWholeTitle ? FOUND_BY_ANOTHER_NAME - Math.min(0.3, title.rank * 0.06) : 0;
  if (floor > best) return { what: 'title', weight: floor * TITLE_WEIGHT, text: 'TMDB finds it under another name' };
  return { what: 'title', weight: best * TITLE_WEIGHT, text: `${Math.round(best * 100)} % like "${bestName}"` };
}

function kindReason(query: TitleQuery, title: KnownTitle): MatchReason {
  const is = title.kind === 'movie' ? 'film' : 'series';
  if (query.wants === 'either') return { what: 'kind', weight: 0.04, text: `a ${is}, which the name neither says nor denies` };
  return query.wants === is
    ? { what: 'kind', weight: 0.08, text: `a ${is}, as the name says` }
    : { what: 'kind', weight: -0.2, text: `a ${is}, which the name does not say` };
}

function animationReason(title: KnownTitle): readonly MatchReason[] {
  const eastern: readonly MatchReason[] = EASTERN.has(title.originalLanguage)
    ? [{ what: 'language', weight: 0.02, text: `made in ${title.originalLanguage}` }]
    : [];
  if (title.animated === undefined) return eastern;
  return [
    ...eastern,
    title.animated ? { what: 'animation', weight: 0.06, text: 'animated' } : { what: 'animation', weight: -0.15, text: 'not animated' },
  ];
}

function yearReason(query: TitleQuery, title: KnownTitle): readonly MatchReason[] {
  const { year } = query;
  if (year === undefined || title.year === undefined) return [];
  if (title.year === year) return [{ what: 'year', weight: 0.1, text: `of ${year}` }];
  // A year in a name is often that of the season.
  const season = title.seasons.find((one) => one.season === query.season && one.year === year);
  if (season !== undefined) return [{ what: 'year', weight: 0.08, text: `season ${season.season} is of ${year}` }];
  return Math.abs(title.year - year) === 1
    ? [{ what: 'year', weight: 0.02, text: `of ${title.year}, nearly ${year}` }]
    : [{ what: 'year', weight: -0.15, text: `of ${title.year}, not ${year}` }];
}

function episodeReason(name: AnimeName, query: TitleQuery, title: KnownTitle, place: MatchCandidate['place']): readonly MatchReason[] {
  if (place === undefined || title.seasons.length === 0) return [];
  if (query.season !== undefined && query.season > 0 && !title.seasons.some(({ season }) => season === query.season)) {
    return [{ what: 'episode', weight: -0.12, text: `has no season ${query.season}` }];
  }
  if (query.lastSeason && title.seasons.filter(({ season }) => season > 0).length < 2) {
    return [{ what: 'episode', weight: -0.05, text: 'has one season, which nobody would call the final one' }];
  }
  const { how, season, episodes } = place;
  switch (how) {
    case 'as-named':
      return [{ what: 'episode', weight: 0.06, text: `season ${season} has episode ${episodes.join(' and ')}` }];
    case 'absolute':
      return [
        { what: 'episode', weight: 0.05, text: `${name.episodes.join('-')} counts over all seasons: S${season} E${episodes.join('-')}` },
      ];
    case 'special':
    case 'none':
      return [];
    case 'beyond':
      return [{ what: 'episode', weight: -0.1, text: `no season has so many as ${name.episodes.join('-')}` }];
  }
}
