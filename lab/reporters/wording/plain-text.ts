import { stripVTControlCharacters } from 'node:util';

/** What stands where text was cut. */
const ELLIPSIS = '…';

// ESC ] 0 ; owned BEL · U+009D 0 ; owned U+009C · ESC P … ESC \ : whole strings that a terminal would swallow
const CONTROL_STRINGS = /(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\u0007\u001B\u009C]{0,4096}(?:\u0007|\u001B\\|\u009C)?/g;
// U+009B 2 J : the eight-bit form of ESC [ 2 J
const EIGHT_BIT_SEQUENCES = /\u009B[0-?]{0,64}[ -/]{0,16}[@-~]?/g;
// NUL, BEL, backspace, carriage return, ESC, DEL, the C1 block; newline and tab are treated apart
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;
// U+202E (right-to-left override), U+2066 (isolate), U+200F (mark), U+2028 (line separator), U+FEFF, U+200B (zero width)
const INVISIBLE = /[\u061C\u180E\u200B-\u200F\u2028-\u202F\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]/gu;

/**
 * Makes text from anywhere harmless to look at: terminal codes and the strings they carry, control characters, bidirectional overrides and
 * other invisible characters are gone, broken Unicode is replaced, and what is longer than `mostCharacters` is cut. Lines are kept.
 */
export function plainText(text: string, mostCharacters: number): string {
  // Cut first with plenty of room, so that a gigabyte costs nothing; the codes that are taken out would otherwise count.
  const bounded = text.length > mostCharacters * 4 + 4096 ? text.slice(0, mostCharacters * 4 + 4096) : text;
  const clean = stripVTControlCharacters(bounded.replace(CONTROL_STRINGS, '').replace(EIGHT_BIT_SEQUENCES, ''))
    .replaceAll('\r\n', '\n')
    .replaceAll('\t', ' ')
    .replace(CONTROLS, '')
    .replace(INVISIBLE, '')
    .toWellFormed();
  return cut(clean, mostCharacters);
}

/** {@link plainText} on one line. */
export const plainLine = (text: string, mostCharacters: number): string =>
  cut(plainText(text, mostCharacters).replace(/\s+/g, ' ').trim(), mostCharacters);

/** Cuts between characters, never inside one. */
function cut(text: string, mostCharacters: number): string {
  if (text.length <= mostCharacters) return text;
  const kept = text.slice(0, mostCharacters - 1);
  return (kept.isWellFormed() ? kept : kept.slice(0, -1)) + ELLIPSIS;
}
