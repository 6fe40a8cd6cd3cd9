import type { AnimeName } from '../contract/anime-name.ts';
import { titleKey } from './title-key.ts';

/** What a name asks for, taken out of its title. */
export interface TitleQuery {
  /** The title without words for seasons, films and years. */
  readonly title: string;
  /** To be asked one after another until one is answered well. The first is `title`. */
  readonly texts: readonly string[];
  /** Language of the names to compare with: that of the title's script. */
  readonly language: string | undefined;
  readonly season: number | undefined;
  /** `last`: "The Final Season". */
  readonly lastSeason: boolean;
  readonly year: number | undefined;
  readonly wants: 'series' | 'film' | 'either';
  readonly special: boolean;
}

const ORDINALS: readonly string[] = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const ROMANS: readonly string[] = ['ii', 'iii', 'iv', 'v', 'vi', 'vii', 'viii'];
const KANJI = '一二三四五六七八九十';

/** Words for a season, each with the group `n`. */
const SEASONS: readonly RegExp[] = [
  // 2nd Season · 3rd season
  /\b(?<n>\d{1,2})(?:st|nd|rd|th)\s+season\b/i,
  // Season 2 · Season.02
  /\bseason[\s.]*(?<n>\d{1,2})\b/i,
  // S2 (S02E05 is the parser's)
  /\bs(?<n>\d{1,2})\b/i,
  // Second Season
  new RegExp(`\\b(?<n>${ORDINALS.join('|')})\\s+season\\b`, 'i'),
  // 第2期 · 第二期 · 第2シーズン · 2期
  new RegExp(`第?(?<n>\\d{1,2}|[${KANJI}])(?:期|シーズン|シリーズ)`),
  // シーズン2
  /シーズン\s*(?<n>\d{1,2})/,
  // 2기 · 제2기
  /제?(?<n>\d{1,2})\s*(?:기|시즌)/,
  // 시즌 2
  /시즌\s*(?<n>\d{1,2})/,
];
// Title III
const ROMAN_END = new RegExp(`\\s(?<n>${ROMANS.join('|')})$`, 'i');
// The Final Season
const FINAL = /\b(?:the\s+)?final\s+season\b/i;
// Part 2 · Cour 2 · 2nd Cour
const PART = /\b(?:part|cour)\s*\d\b|\b\d(?:st|nd|rd)\s+(?:part|cour)\b/i;
// Gekijouban X · Eiga X · X the Movie · 劇場版 · 극장판
const FILM = /\b(?:gekij(?:ou|oo|o|ō)ban|eiga)\b|\b(?:the\s+)?movie\b(?:\s*\d{1,2}\b)?|劇場版|映画|극장판/i;
// One Piece Film Red
const FILM_HINT = /\bfilm\b/i;
// (2019) · [2019]
const YEAR = /[([（【]\s*(?<year>(?:19|20)\d{2})\s*[)\]）】]/;
// OVA · OAD · Specials
const SPECIAL = /\b(?:ova|oad|oav|specials?|sp)\b/i;
// 【Group】 · [1080p]
const BRACKETS = /[[【〔「『(（][^\]】〕」』)）]*[\]】〕」』)）]/g;
const SPECIAL_TYPES: ReadonlySet<string> = new Set(['OVA', 'OAD', 'OAV', 'SP', 'SPECIAL', 'SPECIALS', 'ONA SPECIAL']);
const FILM_TYPES: ReadonlySet<string> = new Set(['MOVIE', 'GEKIJOUBAN', 'FILM']);

/** Reads a parsed name as a question. Pure and total; `texts` has one or more, of at most 120 characters each. */
export function titleQuery(name: AnimeName): TitleQuery {
  let title = name.title.toWellFormed().normalize('NFKC').replaceAll('_', ' ').trim();
  const take = (pattern: RegExp, group: string): string | undefined => {
    const found = pattern.exec(title);
    const rest = found === null ? '' : `${title.slice(0, found.index)} ${title.slice(found.index + found[0].length)}`;
    // A title that is nothing but such a word is a title.
    if (found === null || titleKey(rest.replace(BRACKETS, ' ')) === '') return undefined;
    title = rest.replace(/\s+/g, ' ').trim();
    return found.groups?.[group] ?? found[0];
  };
  const year = take(YEAR, 'year');
  let season = name.season;
  for (const pattern of SEASONS) {
    const found = take(pattern, 'n');
    if (found !== undefined) season ??= numberOf(found);
  }
  const lastSeason = take(FINAL, '') !== undefined && season === undefined;
  take(PART, '');
  const roman = name.episodes.length > 0 && season === undefined ? take(ROMAN_END, 'n') : undefined;
  if (roman !== undefined) season = numberOf(roman);
  const type = name.type?.toUpperCase() ?? '';
  const saysFilm = take(FILM, '') !== undefined || FILM_TYPES.has(type) || FILM_HINT.test(title);
  const special = take(SPECIAL, '') !== undefined || SPECIAL_TYPES.has(type);
  const bare = tidy(title.replace(BRACKETS, ' '));
  const clean = titleKey(bare) === '' ? tidy(title) : bare;
  const film = saysFilm && !special;
  return {
    title: clean,
    texts: textsOf(clean, tidy(title), tidy(name.title)),
    language: languageOf(clean),
    season,
    lastSeason,
    year: name.year ?? (year === undefined ? undefined : Number(year)),
    wants: film ? 'film' : name.episodes.length > 0 || special || season !== undefined ? 'series' : 'either',
    special,
  };
}

const tidy = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/^[\s\-–—:~,.]+|[\s\-–—:~,]+$/g, '')
    .slice(0, 120)
    .trim();

/** The whole title; then without what signs set apart; then ever fewer words, as long as enough of it is left to mean something. */
function textsOf(clean: string, withBrackets: string, whole: string): readonly string[] {
  const spaced = titleKey(clean);
  // Title - Subtitle · Title: Subtitle · Title ~Subtitle~
  const head = clean.split(/\s[-–—~]\s?|[:：~〜]\s*/)[0] ?? clean;
  const words = spaced.split(' ');
  const shorter = [words.length - 1, Math.ceil(words.length / 2), 2]
    .filter((count) => count >= 2 && count < words.length)
    .map((count) => words.slice(0, count).join(' '));
  // The first word may be the one that is written wrong.
  const [first = '', ...others] = words;
  const rest = others.join(' ');
  const texts = [
    clean,
    withBrackets,
    spaced,
    unfolded(spaced),
    head,
    ...shorter,
    ...(rest.length >= 4 ? [rest] : []),
    ...(first.length >= 5 ? [first] : []),
    whole,
  ].map(tidy);
  return [...new Set(texts.filter((text) => titleKey(text) !== ''))].slice(0, 9);
}

/** Other people write long vowels with one letter, or particles in another way; TMDB knows one spelling only. */
const unfolded = (text: string): string => text.replace(/\bo\b/g, 'wo').replace(/ō/g, 'ou').replace(/ū/g, 'uu');

function languageOf(text: string): string | undefined {
  if (/\p{Script=Hangul}/u.test(text)) return 'ko-KR';
  if (/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text)) return 'ja-JP';
  return undefined;
}

function numberOf(text: string): number | undefined {
  const low = text.toLowerCase();
  const known = [ORDINALS.indexOf(low) + 1, KANJI.indexOf(low) + 1, ROMANS.indexOf(low) + 2].find(
    (value, index) => value > (index === 2 ? 1 : 0),
  );
  const number = /^\d+$/.test(low) ? Number(low) : known;
  return number !== undefined && number <= 99 ? number : undefined;
}
