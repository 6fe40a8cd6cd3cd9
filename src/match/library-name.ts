import type { AnimeName } from '../contract/anime-name.ts';

// Title - S01E05 · Title - S02E01-E02 · Title - S21E1001 · Title - S00E07.5
const EPISODE = /^(?<title>.+) - S(?<season>\d{2,})E(?<first>\d{2,4}(?:\.\d+)?)(?:-E(?<last>\d{2,4}(?:\.\d+)?))?$/;
// Title (2016)
const WITH_YEAR = /^(?<title>.+) \((?<year>(?:19|20)\d{2})\)$/;
// a bracket in a title is a part of it, and means nothing else
const BRACKETS = /[[\]【】〔〕「」『』()（）]/g;

/**
 * Reads a path that has the very form that files get in a library: `Title (Year)/Season NN/Title - SNNENN.ext`, `Title (Year)/Title (Year).ext`. What can be read in
 * this way needs no guesses, whatever the title looks like, so that a library stays as it is when it is put in order again. `file` is a path with any kind
 * of slashes; `undefined` for any other form. Pure.
 */
export function readLibraryName(file: string): AnimeName | undefined {
  const [titleFolder = '', folder = '', base = ''] = ['', '', ...file.split(/[\\/]/)].slice(-3);
  const name = base.replace(/\.[^.]{1,8}$/, '');
  const film = WITH_YEAR.exec(name)?.groups;
  if (film !== undefined && folder === name) return { title: plain(film['title']), year: Number(film['year']), episodes: [] };
  const { title, season, first = '', last } = EPISODE.exec(name)?.groups ?? {};
  if (title === undefined || folder !== `Season ${season}`) return undefined;
  const year = WITH_YEAR.exec(titleFolder)?.groups;
  if (year?.['title'] !== title) return undefined;
  const episodes = [first, ...(last === undefined ? [] : [last])].map((number) => number.replace(/^0+(?=\d)/, ''));
  return { title: plain(title), season: Number(season), year: Number(year['year']), episodes };
}

const plain = (title = ''): string => title.replace(BRACKETS, ' ').replace(/\s+/g, ' ').trim() || title;
