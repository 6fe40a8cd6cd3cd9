import type { AnimeName } from '../contract/anime-name.ts';
import { titleKey } from './title-key.ts';

/** A file in the folder of its season is two folders below that of its title. */
const FOLDERS = 2;
// Title (2016)
const TITLE_AND_YEAR = /^(?<title>.+) \((?<year>(?:19|20)\d{2})\)$/;

/**
 * Adds the year that the folder of the title tells, as libraries have it: `Title (2016)/Season 01/Title - S01E05.mkv`. It tells remakes apart, of which the
 * name of the file alone would not say which it is. `file` is an absolute path, with any kind of slashes. Pure.
 */
export function withFolderYear(name: AnimeName, file: string): AnimeName {
  if (name.year !== undefined) return name;
  const folders = file.split(/[\\/]/).slice(0, -1).slice(-FOLDERS);
  for (const folder of folders.toReversed()) {
    const { title = '', year } = TITLE_AND_YEAR.exec(folder)?.groups ?? {};
    if (year !== undefined && titleKey(title) === titleKey(name.title)) return { ...name, year: Number(year) };
  }
  return name;
}
