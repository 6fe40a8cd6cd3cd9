import type { AnimeName } from '../contract/anime-name.ts';
import { type WordMeaning, meaningOf } from './vocabulary.ts';

/** What was found in a name so far. */
export type Facts = { -readonly [Key in keyof AnimeName]?: AnimeName[Key] };

// F02B9CEE
const CHECKSUM = /^[0-9A-Fa-f]{8}$/;
// v2
const VERSION = /^[vV](\d)$/;

/** Whether a word is a CRC-32: eight hexadecimal digits, some of them letters, or eight digits that are no date. */
export const isChecksum = (word: string): boolean =>
  CHECKSUM.test(word) && (/[A-Fa-f]/.test(word) || !/^(?:19|20)\d\d[01]\d[0-3]\d$/.test(word));

/**
 * Takes what a technical word says into the facts, the first of a kind first. Gives its strength; `undefined` for a word that is not technical, of which
 * nothing is taken.
 */
export function takeWord(word: string, facts: Facts): WordMeaning['strength'] | undefined {
  const version = VERSION.exec(word);
  if (version !== null) {
    facts.releaseVersion ??= Number(version[1]);
    return 'weak';
  }
  const meaning = meaningOf(word);
  if (meaning === undefined) {
    if (!isChecksum(word)) return undefined;
    facts.checksum ??= word.toUpperCase();
    return 'strong';
  }
  if (meaning.resolution !== undefined) facts.resolution ??= meaning.resolution;
  if (meaning.source !== undefined) facts.source ??= meaning.source;
  return meaning.strength;
}
