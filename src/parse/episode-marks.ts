import { kindOf } from './kinds.ts';
import { meaningOf } from './vocabulary.ts';

/** Where and how a text tells its episode. */
export interface EpisodeMark {
  readonly start: number;
  readonly end: number;
  readonly episodes: readonly string[];
  readonly season?: number;
  readonly version?: number;
  /** A word for a kind that stands with the number: `SP01`. */
  readonly kindWord?: string;
}

/** Stands for brackets with technical words in them. */
export const BOUNDARY = '\u0001';

const EDGE = '(?<![\\p{L}\\p{N}])';
const EDGE_AFTER = '(?![\\p{L}\\p{N}])';
const NUMBER = '(\\d{1,4}(?:\\.\\d(?!\\d))?)';
/** `-06`, `~ E06`, `& 06`, `v2-06v2`. */
const RANGE = '(?:(?:v\\d)?\\s?[-~&+]\\s?(?:EP?|#)?(\\d{1,4})(?![\\dpi]))?';
const VERSION = '(?:\\s?v(\\d))?';

// S02E05 · s2ep05 · S02 E05 · S01E05-E06 · S01E05E06E07 · S01E05-06v2
const SEASON_AND_EPISODE = new RegExp(
  `${EDGE}S(\\d{1,2})[\\s._-]{0,3}EP?\\s?${NUMBER}((?:\\s?[-+&~]?\\s?(?:S\\d{1,2})?EP?\\d{1,4}|[-~]\\d{1,4}(?![\\dpi]))*)[a-c]?${VERSION}${EDGE_AFTER}`,
  'iu',
);
// S01SP01
const SEASON_AND_SPECIAL = new RegExp(`${EDGE}S(\\d{1,2})\\s?(SP)(\\d{1,3})${EDGE_AFTER}`, 'iu');
// 2x05 · 1x05-06
const CROSSED = new RegExp(`${EDGE}(\\d{1,2})x(\\d{2,3})(?:-(?:\\d{1,2}x)?(\\d{2,3}))?${VERSION}${EDGE_AFTER}`, 'iu');
// Episode 5 · Ep.05v2 · Folge 05 · Tập 05 · الحلقة 05 · #05 · E05-E06 · Episodes 1-12
const WORDED = new RegExp(
  `(?:${EDGE}(?:episodes?|épisodes?|episodi?o|episódio|cap[ií]tulo|cap|folge|tập|session|eps?|серия|эпизод|серії|الحلقة|حلقة|פרק|ตอนที่|tap)[\\s.:#-]{0,2}|${EDGE}E|#\\s?)${NUMBER}${RANGE}[a-c]?${VERSION}${EDGE_AFTER}`,
  'iu',
);
// SP01 · OVA2v2
const KIND_AND_NUMBER = new RegExp(`${EDGE}(ova|oav|oad|ona|sp|special)(\\d{1,3}(?:\\.\\d)?)${VERSION}${EDGE_AFTER}`, 'iu');
// 第05話 · 05话 · 第五話 · 第3集 · 最終話 · 第05-06話 · 제5화 · 7화
const COUNTED =
  /第\s?(\d{1,4}(?:\.\d)?)(?:\s?[-~]\s?(\d{1,4}))?\s?(?:話|话|集|回|夜|章)|第([〇一二三四五六七八九十百]{1,5})(?:話|话|集|回|夜|章)|(?:제\s?)?(?<!\d)(\d{1,4}(?:\.\d)?)\s?(?:話|话|集|화)(?:\s?v(\d))?|最[終终](?:話|话|回|集)/u;
// 05 серия · 05 из 25 · 5 of 12
const COUNTED_AFTER = new RegExp(
  `(?<![\\d.])${NUMBER}(?:-(\\d{1,4}))?\\s?(?:серия|серии|серій|эпизод|из\\s\\d{1,4}|of\\s\\d{1,4})${EDGE_AFTER}`,
  'iu',
);
// - 05 · - 05v2 · - 01-12 · - 01 ~ 12 · - 01 - 12
const DASHED = new RegExp(
  `(?:^|[\\s${BOUNDARY}])-\\s{0,2}${NUMBER}(?:(?:v\\d)?\\s?[~&+-]\\s?(\\d{1,4})(?![\\dpi]|\\s\\p{L}))?[a-c]?${VERSION}(?:END|fin)?(?![\\p{L}\\p{N}%])`,
  'giu',
);
// Uta-05
const GLUED = new RegExp(`(?<=\\p{L}[!?']?)-(\\d{2,4})${VERSION}(?=\\s*(?:$|${BOUNDARY}))`, 'u');
// 05 - Title · 05. Title · 05 Title
const LEADING = /^\s*(?:(\d{1,4}(?:\.\d)?)(?:v(\d))?(?:\s-\s|\.\s)|(0\d{1,2})\s)(?=\S)/;
// 05 · 05v2 · 07.5 · 01-12 · 26fin
const PLAIN = /^(\d{1,4}(?:\.\d)?)(?:[-~](\d{1,4}))?[ab]?(?:v(\d))?(?:end|fin)?$/i;

// eslint-disable-next-line no-control-regex -- boundaries are of that kind
const isPlain = (line: string): boolean => /^[\x00-\x7f]*$/.test(line);

/** A mark that can be nothing else: a season with an episode, or a word beside the number. */
export function plainestMark(line: string): EpisodeMark | undefined {
  const both = /[Ss]\d/.test(line) ? SEASON_AND_EPISODE.exec(line) : null;
  if (both !== null) {
    const [all, season, first = '', more = '', version] = both;
    const last = /(\d{1,4})$/.exec(more)?.[1];
    return mark(both.index, all, [first, last], version, { season: Number(season) });
  }
  const special = /[Ss][Pp]/.test(line) ? SEASON_AND_SPECIAL.exec(line) : null;
  if (special !== null) {
    const [all, season, kindWord = '', number = ''] = special;
    return mark(special.index, all, [number], undefined, { season: Number(season), kindWord });
  }
  const crossed = /\dx\d/i.test(line) ? CROSSED.exec(line) : null;
  if (crossed !== null) return mark(crossed.index, crossed[0], [crossed[2], crossed[3]], crossed[4], { season: Number(crossed[1]) });
  const plain = isPlain(line);
  const counted = plain ? null : COUNTED.exec(line);
  if (counted !== null) {
    const [all, first, last, han, alone, version] = counted;
    const number = first ?? alone ?? (han === undefined ? undefined : String(hanNumber(han)));
    return { ...mark(counted.index, all, [number, last], version), ...(number === undefined ? { episodes: [] } : {}) };
  }
  const after = plain && !/\dof\d|\d of \d/i.test(line) ? null : COUNTED_AFTER.exec(line);
  if (after !== null) return mark(after.index, after[0], [after[1], after[2]], undefined);
  const kind = /[apld]\d/i.test(line) ? KIND_AND_NUMBER.exec(line) : null;
  if (kind !== null) return mark(kind.index, kind[0], [kind[2]], kind[3], { kindWord: kind[1] as string });
  const worded = !plain || /e\d|#|ep|cap|folge|session|tap/i.test(line) ? WORDED.exec(line) : null;
  return worded === null ? undefined : mark(worded.index, worded[0], [worded[1], worded[2]], worded[3]);
}

/** `- 05`, with nothing after it that would make the number a part of a title, if there is such a place; else the last `- 05` there is. */
export function dashedMark(line: string): { readonly mark: EpisodeMark; readonly certain: boolean } | undefined {
  let last: EpisodeMark | undefined;
  DASHED.lastIndex = 0;
  for (let found = DASHED.exec(line); found !== null; found = DASHED.exec(line)) {
    const [all, first = '', to, version] = found;
    const here = mark(found.index, all, [first, to], version);
    if (isFollowedWell(line.slice(here.end))) return { mark: here, certain: true };
    last = here;
    // The dash after a number may begin the next mark.
    DASHED.lastIndex = found.index + 1;
  }
  return last === undefined ? undefined : { mark: last, certain: false };
}

/** `Uta-05`, at the end of the words. */
export function gluedMark(line: string): EpisodeMark | undefined {
  const found = GLUED.exec(line);
  return found === null ? undefined : mark(found.index, found[0], [found[1]], found[2]);
}

/** `05 - Title`, `05. Title`, `05 Title`. */
export function leadingMark(line: string): EpisodeMark | undefined {
  const found = LEADING.exec(line);
  return found === null ? undefined : mark(found.index, found[0], [found[1] ?? found[3]], found[2]);
}

// third · 3rd
const ORDINAL = /^(?:first|second|third|fourth|fifth|sixth|\d{1,2}(?:st|nd|rd|th))$/i;
const WORDS = new RegExp(`${BOUNDARY}|[^\\s${BOUNDARY}]+`, 'g');

/** The last number that stands at the end of the words or before technical ones: `Title 05 1080p`. */
export function trailingMark(line: string, isYear: (word: string) => boolean, least: number): EpisodeMark | undefined {
  let found: EpisodeMark | undefined;
  let [beforeThat, before] = ['', ''];
  for (const word of line.matchAll(WORDS)) {
    const [text] = word;
    const number = PLAIN.exec(text);
    const numbered =
      /^(?:no|vol|volume|part|cour|movie|film|chapter|h|x)\.?$/i.test(before) || (/^season$/i.test(before) && !ORDINAL.test(beforeThat));
    if (number !== null && before !== '' && !numbered && !isYear(text) && (number[1] as string).length >= least) {
      const here = mark(word.index, text, [number[1], number[2]], number[3]);
      const rest = line.slice(here.end);
      // Kiddy Grade 2 - Pilot, but OVA 2 - Pilot
      const ofTitle = text.length === 1 && /^\s*-\s*\p{L}/u.test(rest) && kindOf(before) === undefined;
      if (!ofTitle && isFollowedWell(rest)) found = here;
    }
    if (text === BOUNDARY) break;
    [beforeThat, before] = [before, text];
  }
  return found;
}

/** What a bracket says when it holds an episode and nothing else: `05`, `05v2`, `12 END`, `01-12`, `Ep 05`, `第05話`, `S02E05`, `SP01`. */
export function bracketMark(text: string): EpisodeMark | undefined {
  const trimmed = text
    .trim()
    .replaceAll('_', ' ')
    .replace(/\s*\(?(?:[-+]?\s?END|Fin|完|\+\s?(?:OVA|SP|Specials?)s?)\)?$/i, '');
  const plain = PLAIN.exec(trimmed.replace(/\s*([-~])\s*/, '$1'));
  if (plain !== null) return mark(0, text, [plain[1], plain[2]], plain[3]);
  const found = plainestMark(trimmed);
  return found !== undefined && found.start === 0 && found.end === trimmed.length ? found : undefined;
}

const FOLLOWERS = new RegExp(`^\\s*(?:$|${BOUNDARY}|-(?:\\s|$)|[(「『|]|[^\\p{L}\\p{N}\\s]+\\s*$)`, 'u');

function isFollowedWell(rest: string): boolean {
  if (FOLLOWERS.test(rest)) return true;
  const word = /^\s+([^\s\u0001]+)/.exec(rest)?.[1];
  return (
    word !== undefined &&
    (/^v\d$/.test(word) ||
      /^[0-9A-Fa-f]{8}$/.test(word) ||
      meaningOf(word) !== undefined ||
      meaningOf(word.split(/[-.]/)[0] ?? '') !== undefined ||
      /^(?:1080|720)\./.test(word))
  );
}

type Extra = Pick<EpisodeMark, 'season' | 'kindWord'>;

function mark(
  start: number,
  all: string,
  numbers: readonly (string | undefined)[],
  version: string | undefined,
  extra: Extra = {},
): EpisodeMark {
  const [first = '', last] = numbers.map((number) => number?.replace(/^0+(?=\d)/, ''));
  const range = last !== undefined && Number(last) > Number(first);
  return {
    start,
    end: start + all.length,
    episodes: range ? [first, last] : [first],
    ...extra,
    ...(version === undefined ? {} : { version: Number(version) }),
  };
}

/** 十二 → 12 */
function hanNumber(text: string): number {
  let [sum, digit] = [0, 0];
  for (const character of text) {
    const at = '〇一二三四五六七八九'.indexOf(character);
    if (at >= 0) digit = at;
    else {
      sum += (digit || 1) * (character === '十' ? 10 : 100);
      digit = 0;
    }
  }
  return sum + digit;
}
