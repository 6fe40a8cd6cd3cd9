import type { AnimeName } from '../contract/anime-name.ts';
import type { AnitomyElements } from '../native/anitomy.ts';
import { kindOf } from './kinds.ts';
import { meaningOf } from './vocabulary.ts';

// 05 · 7.5
const EPISODE = /^0*(\d+(?:\.\d+)?)$/;
// Title - 07 (what anitomy leaves of `Title - 07.5`)
const SPLIT_EPISODE = /^(?<title>.+?) - (?<whole>\d{1,4})$/;
// F02B9CEE
const CHECKSUM = /^[0-9A-F]{8}$/;

/** Turns what anitomy found in a file name into what the program knows of a name; `undefined` when that is no title. Pure and total. */
export function understand(fileName: string, found: AnitomyElements): AnimeName | undefined {
  const first = (category: string): string | undefined => found[category]?.[0]?.trim() || undefined;
  let title = first('AnimeTitle');
  let episodes = (found['EpisodeNumber'] ?? []).flatMap((text) => EPISODE.exec(text)?.[1] ?? []).slice(0, 2);

  // The parser takes `07.5` for a title that ends in 07 and episode 5.
  const split = SPLIT_EPISODE.exec(title ?? '')?.groups;
  if (split && episodes.length === 1 && fileName.includes(`${split['whole']}.${found['EpisodeNumber']?.[0]}`)) {
    title = split['title'];
    episodes = [`${Number(split['whole'])}.${episodes[0]}`];
  }
  // A bare number is an episode of something the name does not tell.
  if (title === undefined || (episodes.length === 0 && /^\d+$/.test(title))) return undefined;

  const type = first('AnimeType');
  const episodeTitle = first('EpisodeTitle');
  const releaseGroup = first('ReleaseGroup');
  const resolution = meaningOf(first('VideoResolution') ?? '')?.resolution;
  const source = meaningOf(first('Source') ?? '')?.source;
  const season = wholeNumber(first('AnimeSeason'), 0, 99);
  const year = wholeNumber(first('AnimeYear'), 1900, 2199);
  const releaseVersion = wholeNumber(first('ReleaseVersion'), 0, 99);
  const checksum = first('FileChecksum')?.toUpperCase();
  return {
    title,
    ...(season === undefined ? {} : { season }),
    episodes,
    ...(type === undefined ? {} : { type: kindOf(type) ?? type }),
    ...(episodeTitle === undefined ? {} : { episodeTitle }),
    ...(year === undefined ? {} : { year }),
    ...(releaseGroup === undefined ? {} : { releaseGroup }),
    ...(releaseVersion === undefined ? {} : { releaseVersion }),
    ...(resolution === undefined ? {} : { resolution }),
    ...(source === undefined ? {} : { source }),
    ...(checksum === undefined || !CHECKSUM.test(checksum) ? {} : { checksum }),
  };
}

function wholeNumber(text: string | undefined, least: number, most: number): number | undefined {
  // 02
  if (text === undefined || !/^\d{1,4}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= least && number <= most ? number : undefined;
}
