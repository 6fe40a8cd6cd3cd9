import { BOUNDARY, type EpisodeMark, bracketMark } from './episode-marks.ts';
import { type Facts, isChecksum, takeWord } from './facts.ts';
import { extraIn, kindOf } from './kinds.ts';
import { type NamePiece, spacing } from './name-text.ts';
import { takeSeason } from './season-marks.ts';
import { bareResolution } from './vocabulary.ts';

/** A line of words, as it came out of the pieces of a name. */
export interface Line {
  readonly text: string;
  readonly bracket: EpisodeMark | undefined;
  /** Words in brackets after the title: one of them may be the group. */
  readonly trailingNames: string[];
}

// 新番 announcements between group and title: ★10月新番★
const ANNOUNCEMENT = /★?\d{1,2}月新番★?|^★/g;
const unannounced = (text: string): string => (/[★新]/.test(text) ? text.replace(ANNOUNCEMENT, '') : text);
/** Bracketed words that say nothing of the video. */
const NO_GROUP = /^(?:アニメ|애니|anime|\d+|@.*|.*\d{1,2}月新番.*|合集|招募.*)$/i;
/** Notes on subtitles in Chinese: 简体 · 简日双语 · 繁體 · 内封字幕 · 完 */
const CHINESE_NOTE = /^(?:[简繁簡日中英双雙语語体體内內封嵌外挂掛字幕无無修文版&+_ /]|GB|BIG5|CHS|CHT|JP|MP4|MKV|完|END)+$/i;

/** Whether a word is a year that an anime may be of. */
export const isYear = (word: string): boolean => /^(?:19[2-9]\d|20[0-3]\d)$/.test(word);

export const hasWords = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

/**
 * Puts the pieces of a name together to a line of words, and takes what brackets say into the facts. Brackets that are no part of a title are one
 * {@link BOUNDARY} in the line.
 */
export function lineOf(pieces: readonly NamePiece[], facts: Facts): Line {
  const space = spacing(pieces.flatMap((piece) => (piece.kind === 'text' ? [piece.text] : [])));
  const wordsOutside = pieces.some(({ kind, text: words }) => {
    const bare = kind === 'text' ? unannounced(words).trim() : '';
    // 第12话 between brackets is no title; what begins otherwise need not be tried.
    return /\p{L}/u.test(bare) && !(/^[\d第제#EeSsOo最]/.test(bare) && bracketMark(bare) !== undefined);
  });
  let text = '';
  let bracket: EpisodeMark | undefined;
  const unknown: string[] = [];
  const trailingNames: string[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind === 'text') {
      // 37 [Group] Title - 37
      if (index === 0 && wordsOutside && /^\s*\d+\s*$/.test(piece.text) && pieces.length > 2) continue;
      text += index === 0 ? space(piece.text).trimStart() : unannounced(space(piece.text));
      continue;
    }
    const inside = piece.text.replace(/^[\s[(]+|\s+$/g, '');
    const atStart = !hasWords(text) && bracket === undefined;
    // Title 10 (1): the system's own number of a copy.
    if (piece.kind === 'round' && /^\d$/.test(inside) && /\d{2}\s*$/.test(text)) continue;
    const meant = takeBracket(inside, facts, !atStart || index > 0);
    if (meant === 'nothing') text += atStart ? '' : BOUNDARY;
    else if (meant === 'taken') text += ' ';
    else if (typeof meant === 'object') {
      bracket ??= meant;
      text += BOUNDARY;
    } else if (atStart && (wordsOutside || unknown.length === 0)) {
      if (!NO_GROUP.test(inside)) unknown.push(inside);
    } else if (atStart) text += `${space(piece.text).includes(' ') ? piece.text.replaceAll('_', ' ') : spacing([inside])(inside)} `;
    else if (!text.includes(BOUNDARY) && bracket === undefined && isInTitle(piece, pieces[index + 1]))
      text += piece.kind === 'round' ? `(${inside})` : `[${inside}]`;
    else {
      trailingNames.push(inside);
      text += BOUNDARY;
    }
  }
  const [group] = unknown;
  if (!hasWords(text) && group !== undefined && (bracket !== undefined || !wordsOutside)) text = `${group.replaceAll('_', ' ')} ${text}`;
  else if (group !== undefined) facts.releaseGroup = group;
  return { text, bracket, trailingNames };
}

/** Whether words in brackets belong to the words around them: `You Can (Not) Advance`, `ga [Locodol] Yatte Mita`. */
const isInTitle = (piece: NamePiece, next: NamePiece | undefined): boolean =>
  piece.kind === 'round' || (next?.kind === 'text' && /^[\s_.]*\p{L}/u.test(next.text));

type Meant = EpisodeMark | 'taken' | 'nothing' | undefined;

/** What brackets said; few different ones make up most of a collection. Emptied when it is full, so that its size is bounded. */
const known = new Map<string, { readonly meant: Meant; readonly found: Facts }>();
const MOST_KNOWN = 4_096;

/** What a bracket says: an episode, something that was taken into the facts (in the middle of a title), nothing of the title, or `undefined` for words. */
function takeBracket(inside: string, facts: Facts, afterGroup: boolean): Meant {
  if (inside === '') return 'nothing';
  if (isChecksum(inside)) {
    facts.checksum ??= inside.toUpperCase();
    return 'nothing';
  }
  const key = afterGroup ? inside : `\0${inside}`;
  let answer = known.get(key);
  if (answer === undefined) {
    const found: Facts = {};
    answer = { meant: meantBy(inside, found, afterGroup), found };
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, answer);
  }
  if (typeof answer.meant !== 'object') merge(answer.found, facts);
  return answer.meant;
}

function meantBy(inside: string, facts: Facts, afterGroup: boolean): Meant {
  const resolution = bareResolution(inside);
  if (resolution !== undefined) {
    facts.resolution = resolution;
    return 'nothing';
  }
  if (isYear(inside)) {
    facts.year = Number(inside);
    return 'taken';
  }
  if (afterGroup) {
    const mark = bracketMark(inside);
    if (mark !== undefined) return mark;
    const kind = kindOf(inside);
    const extra = extraIn(inside.replaceAll('_', ' '));
    if (extra !== undefined || kind !== undefined) {
      facts.type = extra?.kind ?? (kind as string);
      if (extra?.version !== undefined) facts.releaseVersion = extra.version;
      return 'taken';
    }
    const season = takeSeason(inside, false);
    if (season?.title === '') {
      facts.season = season.season;
      return 'taken';
    }
    if (CHINESE_NOTE.test(inside) || NO_GROUP.test(inside)) return 'nothing';
  }
  return areTags(inside, facts) ? 'nothing' : undefined;
}

/** Takes what is not known yet. */
function merge(found: Facts, facts: Facts): void {
  for (const field in found) if (!(field in facts)) Object.assign(facts, { [field]: found[field as keyof Facts] });
}

/** Whether a bracket holds technical words; those are taken. One strong word is enough, weak ones must be among themselves. */
function areTags(inside: string, facts: Facts): boolean {
  const found: Facts = {};
  let [strong, weak, other] = [0, 0, 0];
  for (const word of inside.split(/[\s_,&/|]+/)) {
    if (word === '') continue;
    const strength = takeWord(word, found) ?? takeJoined(word, found);
    if (strength === 'strong') strong += 1;
    else if (strength === 'weak') weak += 1;
    else other += 1;
  }
  const tags = strong > 0 || (weak > 0 && other <= (found.source === undefined ? 0 : 1));
  if (!tags) return false;
  merge(found, facts);
  return true;
}

/** `HDTV-Rip_720p`, `AVC-8bit`, `MP4+ASS`, `BDRip.1080p`: each part that is known is taken. */
function takeJoined(word: string, facts: Facts): 'strong' | undefined {
  let strong = false;
  for (const part of word.split(/[-.+]/)) if (takeWord(part, facts) === 'strong') strong = true;
  return strong ? 'strong' : undefined;
}
