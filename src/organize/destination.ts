import path from 'node:path';
import type { AnimeName } from '../contract/anime-name.ts';
import type { StayReason } from '../contract/stay-reasons.ts';
import { windowsName } from '../windows/names.ts';

/** Types that belong to no numbered season; media servers look for them in season 0. */
const SPECIALS: ReadonlySet<string> = new Set(['OVA', 'OAD', 'OAV', 'SP', 'SPECIAL', 'SPECIALS', 'EXTRA']);
const FILMS: ReadonlySet<string> = new Set(['MOVIE', 'GEKIJOUBAN', 'FILM']);
/** Room for ` - S00E0000.0-E0000.0.m2ts` within 255 bytes. */
const MOST_TITLE_BYTES = 200;

export type Destination = { readonly path: string } | { readonly stays: StayReason };

/**
 * Where a file belongs: `Title/Season 01/Title - S01E05.mkv`, films `Title (2016)/Title (2016).mkv`. A season that the name does not tell is the first;
 * specials are season 0. A name without an episode is a film when it says so, or when the file has a folder of its own name, as films have once they
 * are in their place. `file` is the path below the source. Pure.
 */
export function destinationOf(name: AnimeName | undefined, file: string): Destination {
  if (name === undefined) return { stays: 'not-understood' };
  const title = windowsName(name.title, MOST_TITLE_BYTES);
  const { dir, name: ownName, ext } = path.posix.parse(file);
  const ending = ext.toLowerCase();
  if (name.episodes.length === 0) {
    if (!FILMS.has((name.type ?? '').toUpperCase()) && path.posix.basename(dir) !== ownName) return { stays: 'no-episode' };
    return { path: filmPath(name.title, name.year, ending) };
  }
  const season = name.season ?? (SPECIALS.has((name.type ?? '').toUpperCase()) ? 0 : 1);
  return { path: episodePath(title, name.title, season, name.episodes, ending) };
}

/** `Title (2016)/Title (2016).mkv`, without the year where it is not known. Any title will do. */
export function filmPath(title: string, year: number | undefined, ending: string): string {
  const film = windowsName(titleAndYear(title, year));
  return `${film}/${film}${ending}`;
}

/** `Title/Season 01/Title - S01E05.mkv` in any folder for the title. One episode or the first and the last of several, as `AnimeName` has them. */
export function episodePath(folder: string, title: string, season: number, [first = '', last]: readonly string[], ending: string): string {
  const [name, number] = [windowsName(title, MOST_TITLE_BYTES), twoDigits(String(season))];
  const range = last === undefined || last === first ? `E${twoDigits(first)}` : `E${twoDigits(first)}-E${twoDigits(last)}`;
  return `${windowsName(folder)}/Season ${number}/${name} - S${number}${range}${ending}`;
}

/** `Title (2016)`, cut to where a file name still has room for the rest. */
export const titleAndYear = (title: string, year: number | undefined): string =>
  `${windowsName(title, MOST_TITLE_BYTES)}${year === undefined ? '' : ` (${year})`}`;

/** `5` → `05`, `7.5` → `07.5`, `1001` → `1001`. */
function twoDigits(number: string): string {
  const [whole = '', fraction] = number.split('.');
  return whole.padStart(2, '0') + (fraction === undefined ? '' : `.${fraction}`);
}
