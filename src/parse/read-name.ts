import { BOUNDARY, type EpisodeMark, dashedMark, gluedMark, leadingMark, plainestMark, trailingMark } from './episode-marks.ts';
import { type Facts, takeWord } from './facts.ts';
import { extraIn, filmWordAt, isExtra, kindOf, takeKind, withoutFilmWord } from './kinds.ts';
import { type Line, hasWords, isYear, lineOf } from './name-line.ts';
import { piecesOf, readable } from './name-text.ts';
import { takeSeason } from './season-marks.ts';

/** What this project's own parser reads in a name. */
export interface Reading {
  /** Without a title, it tells what a name of nothing but a number tells. */
  readonly facts: Facts;
  /** The title stands after the episode and may be the episode's: `05 - Title`. */
  readonly titleAfterEpisode: boolean;
  /** How the episode was found; `guessed` from a number that may belong to the title. Told and without a title: there is nothing else in the name. */
  readonly episode: 'told' | 'guessed' | 'none';
}

/** Reads a name without its ending. Pure and total; linear in the length of the name, of which it reads the first thousand characters. */
export function readName(name: string): Reading {
  const facts: Facts = {};
  const pieces = piecesOf(readable(name));
  const line = lineOf(pieces, facts);
  return readLine(line, facts);
}

function readLine(line: Line, facts: Facts): Reading {
  const { text } = line;
  const boundary = text.indexOf(BOUNDARY);
  const head = boundary < 0 ? text : text.slice(0, boundary);
  const filmAt = filmWordAt(head);
  const found = findMark(line, head, filmAt, facts);
  const { mark } = found;
  if (mark === undefined || mark === line.bracket) {
    const rest = mark === undefined ? text : head;
    const cut = cutTags(rest, facts);
    if (mark !== undefined) takeTags(text.slice(head.length), facts);
    return finish(cut, '', found, facts, line, filmAt >= 0);
  }
  const before = text.slice(0, mark.start);
  const inFront = before.includes(BOUNDARY) ? (before.split(BOUNDARY).find(hasWords) ?? '') : before;
  return finish(inFront, cutTags(text.slice(mark.end), facts), found, facts, line, filmAt >= 0 && filmAt < mark.start);
}

interface Found {
  readonly mark: EpisodeMark | undefined;
  readonly how: Reading['episode'];
  readonly leading?: boolean;
}

function findMark({ text, bracket }: Line, head: string, filmAt: number, facts: Facts): Found {
  const plain = plainestMark(text);
  if (plain !== undefined) return { mark: plain, how: 'told' };
  const dashed = dashedMark(text);
  const film = filmAt >= 0 && (dashed === undefined || filmAt < dashed.mark.start);
  if (film) return { mark: undefined, how: 'none' };
  if (facts.type !== undefined && isExtra(facts.type)) return { mark: undefined, how: 'none' };
  if (dashed?.certain) {
    // - 06 (S01E06)
    if (bracket?.season !== undefined && bracket.episodes[0] === dashed.mark.episodes[0]) facts.season ??= bracket.season;
    return { mark: dashed.mark, how: 'told' };
  }
  if (takeExtra(head, facts)) return { mark: undefined, how: 'none' };
  if (bracket !== undefined) return { mark: bracket, how: 'told' };
  const trailing = trailingMark(text, isYear, facts.year === undefined ? 1 : 2);
  const leading = leadingMark(text);
  // 05 - Title - Article 1
  if (leading !== undefined && (trailing?.episodes[0]?.length ?? 1) < 2 && /^\s*\d{2}/.test(text))
    return { mark: leading, how: 'guessed', leading: true };
  if (trailing !== undefined) return { mark: trailing, how: 'guessed' };
  const glued = gluedMark(head);
  if (glued !== undefined) return { mark: glued, how: 'guessed' };
  if (leading !== undefined) return { mark: leading, how: 'guessed', leading: true };
  if (dashed !== undefined) return { mark: dashed.mark, how: 'guessed' };
  // Title 08 Words
  const padded = /(?<=\p{L}.*)\s(0\d{1,2})\s(?=\p{L})/u.exec(head);
  if (padded !== null)
    return {
      mark: { start: padded.index, end: padded.index + padded[0].length - 1, episodes: [String(Number(padded[1]))] },
      how: 'guessed',
    };
  // Hana no Uta No.05
  const numbered = /\sNo\.?\s?(\d{2,4})\s*$/i.exec(head);
  if (numbered === null) return { mark: undefined, how: 'none' };
  const episode = String(Number(numbered[1]));
  return { mark: { start: numbered.index, end: numbered.index + numbered[0].length, episodes: [episode] }, how: 'guessed' };
}

/** Whether the words end with an opening, a trailer or the like; what it is is taken. */
function takeExtra(head: string, facts: Facts): boolean {
  const words = head.trim().split(/\s+/);
  for (let count = Math.min(3, words.length - 1); count >= 1; count -= 1) {
    const extra = extraIn(words.slice(-count).join(' '));
    if (extra === undefined) continue;
    facts.type = extra.kind;
    if (extra.version !== undefined) facts.releaseVersion ??= extra.version;
    return true;
  }
  return false;
}

// x264-YTS.MX, whose dot looks like one between words
const DOMAIN_GROUP = /(-YTS) ([A-Z]{2})$/;
const CLOSING_WORD = /^(?:End|Final|Fin|end|final)$/;

/** Cuts technical words off the end of a text and takes them. What is left goes to the first of them, or to the first bracket of them. */
function cutTags(text: string, facts: Facts): string {
  // After the episode everything may be technical; a title has a word of its own.
  const inner = /^[\s.-]/.test(text);
  const boundary = text.indexOf(BOUNDARY);
  const words = (boundary < 0 ? text : text.slice(0, boundary))
    .replace(DOMAIN_GROUP, '$1.$2')
    .replace(/^[\s.-]+|\s+$/g, '')
    .split(/\s+/);
  const strengths = words.map((word) => strengthIn(word));
  let cut = strengths.findIndex((strength, index) => strength === 'strong' && (index > 0 || inner || words.length === 1));
  if (cut < 0) cut = words.length;
  // A title has a word of its own, an episode need not have one.
  const least = inner || cut < words.length ? 0 : 1;
  // "Journey's End", but "05 END"
  while (cut > least && strengths[cut - 1] === 'weak' && (cut === 1 || !CLOSING_WORD.test(words[cut - 1] as string))) cut -= 1;
  for (const word of words.slice(cut)) takeLast(word, facts);
  if (boundary >= 0) takeTags(text.slice(boundary), facts);
  return words.slice(0, cut).join(' ');
}

/** How technical a word is, without taking it; `x264-GRP` and `10bit-GRP` are as much so as their first part. */
function strengthIn(word: string): 'strong' | 'weak' | undefined {
  const strength = takeWord(word, {});
  if (strength !== undefined || !word.includes('-')) return strength;
  return takeWord(word.slice(0, word.lastIndexOf('-')), {}) === 'strong' || isCodecAndGroup(word) ? 'strong' : undefined;
}

/** `264-GRP`, what is left of `H.264-GRP`. */
const isCodecAndGroup = (word: string): boolean => /^26[45]-\w+$/.test(word);

function takeLast(word: string, facts: Facts): void {
  if (takeWord(word, facts) !== undefined) return;
  const dash = word.lastIndexOf('-');
  if (dash < 0) return;
  takeWord(word.slice(0, dash), facts);
  if (dash < word.length - 1) facts.releaseGroup ??= word.slice(dash + 1);
}

/** Technical words outside brackets, after the first bracket of them. */
function takeTags(text: string, facts: Facts): void {
  for (const part of text.split(BOUNDARY)) {
    if (part === '' || part === ' ') continue;
    const words = part.trim().split(/\s+/);
    // [x265]-GRP · [x264] - GRP v2
    const [, group, version] = /^-\s?([A-Za-z0-9][\w.]*)(?:\sv(\d))?$/.exec(words.join(' ')) ?? [];
    if (group !== undefined) facts.releaseGroup ??= group;
    if (version !== undefined) facts.releaseVersion ??= Number(version);
    if (group !== undefined) continue;
    for (const word of words) {
      if (isYear(word)) facts.year ??= Number(word);
      else takeLast(word, facts);
    }
  }
}

function finish(titleText: string, after: string, { mark, how, leading }: Found, facts: Facts, line: Line, film: boolean): Reading {
  if (mark?.season !== undefined) facts.season = mark.season;
  if (mark?.version !== undefined) facts.releaseVersion ??= mark.version;
  if (mark?.kindWord !== undefined) facts.type ??= kindOf(mark.kindWord) as string;
  let title = tidy(titleText);
  let rest = tidyEpisodeTitle(after, facts, line.trailingNames);
  if (film) facts.type ??= 'Movie';
  const extra = facts.type !== undefined && isExtra(facts.type);
  if (extra) title = withoutExtra(title);
  const season = takeSeason(title, mark !== undefined);
  if (season !== undefined) {
    title = tidy(season.title);
    facts.season ??= season.season;
  }
  title = takeYear(title, facts);
  const kind = takeKind(title);
  if (kind !== undefined && kind.title !== '' && !film) {
    title = tidy(kind.title);
    facts.type ??= kind.kind;
    const again = takeSeason(title, true);
    if (again !== undefined && again.title !== '') {
      title = tidy(again.title);
      facts.season ??= again.season;
    }
  }
  if (film) title = tidy(withoutFilmWord(title));
  if (mark === undefined && !film) {
    // Hana no Uta OVA - The River
    const named = /^(.+?)[\s-]+(OVA|OAD|ONA)\s-\s(.+)$/.exec(title);
    if (named !== null) {
      title = tidy(named[1] as string);
      facts.type ??= named[2] as string;
      rest = named[3] as string;
    }
  }
  // A disc's own file names, and a bare number: an episode of something that the name does not tell.
  if (/^(?:VTS \d|VIDEO TS)|^\d{5,}$/i.test(title)) return { facts: { episodes: [] }, titleAfterEpisode: false, episode: 'told' };
  const bare = mark === undefined && /^\d+$/.test(title) ? title : undefined;
  if (bare !== undefined) title = '';
  if (title === '' && rest !== '') [title, rest] = [rest, ''];
  if (/^[「『].+[」』]$/.test(title)) title = title.slice(1, -1);
  if (title !== '') facts.title = title;
  facts.episodes = extra ? [] : [...(mark?.episodes ?? (bare === undefined ? [] : [String(Number(bare))]))];
  if (rest !== '') facts.episodeTitle = rest;
  const [name] = line.trailingNames;
  if (name !== undefined && facts.releaseGroup === undefined) facts.releaseGroup = name;
  return {
    facts,
    titleAfterEpisode: leading === true || (mark !== undefined && mark.start === 0 && facts.title !== undefined),
    episode: mark === undefined ? 'none' : how,
  };
}

/** The year at the end of a title: `Title 2009`, but not a title that is one. */
function takeYear(title: string, facts: Facts): string {
  const found = /^(.+?)[\s,-]+((?:19[2-9]\d|20[0-3]\d))(?=$|\s-\s)/.exec(title);
  if (found === null) return title;
  facts.year ??= Number(found[2]);
  return tidy((found[1] as string) + title.slice(found[0].length));
}

// "a - b": what most titles are
const TIDY = /^[^\s\-,](?:[^\s]| (?! ))*[^\s\-,:]$/;

/** Single spaces, and no separators at the ends. */
function tidy(text: string): string {
  if (TIDY.test(text)) return text;
  return text
    .replace(/\s+/g, ' ')
    .replace(/^[\s\-,]+|[\s\-,:]+$/g, '')
    .trim();
}

function withoutExtra(title: string): string {
  const words = title.split(' ');
  for (let count = Math.min(3, words.length - 1); count >= 1; count -= 1) {
    if (extraIn(words.slice(-count).join(' ')) !== undefined) return tidy(words.slice(0, -count).join(' '));
  }
  return title;
}

/** What stands after the episode and before technical words: the episode's title, but for numbers, signs and words that say something else. */
function tidyEpisodeTitle(text: string, facts: Facts, names: string[]): string {
  // 017 - Title · (05) · END
  let rest = tidy(text.replace(/^\s*(?:END|Final|Fin)\b/i, '')).replace(/^\d{2,4}\s-\s/, '');
  // S2 - 09 (Group)
  const bracketed = /^\(([^)]*)\)?/.exec(rest);
  if (bracketed !== null) {
    names.push(bracketed[1] as string);
    return '';
  }
  const quoted = /^[「『](.+?)[」』]/.exec(rest);
  if (quoted !== null) rest = quoted[1] as string;
  const kind = kindOf(rest);
  if (kind !== undefined) {
    facts.type ??= kind;
    return '';
  }
  return /\p{L}/u.test(rest) && !rest.startsWith('@') ? rest : '';
}
