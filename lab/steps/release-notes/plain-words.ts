import { stripVTControlCharacters } from 'node:util';

// ESC ] 0 ; owned BEL · ESC P … ESC \ : strings that a terminal would swallow
const CONTROL_STRINGS = /(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\u0007\u001B\u009C]{0,4096}(?:\u0007|\u001B\\|\u009C)?/g;
// U+009B 2 J : the eight-bit form of ESC [ 2 J
const EIGHT_BIT_SEQUENCES = /\u009B[0-?]{0,64}[ -/]{0,16}[@-~]?/g;
// NUL to backspace, VT to US, DEL, the C1 block; what only looks like nothing or turns the writing round
const UNSEEN =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]/gu;

/** What a commit says, as one line of plain text: no terminal codes, no control or invisible characters, at most so long. */
export function plainWords(text: string, mostCharacters: number): string {
  const bounded = text.slice(0, mostCharacters * 4 + 4096);
  const line = stripVTControlCharacters(bounded.replace(CONTROL_STRINGS, '').replace(EIGHT_BIT_SEQUENCES, ''))
    .replace(/\s+/g, ' ')
    .replace(UNSEEN, '')
    .toWellFormed()
    .trim();
  if (line.length <= mostCharacters) return line;
  const kept = line.slice(0, mostCharacters - 1);
  return `${kept.isWellFormed() ? kept : kept.slice(0, -1)}…`;
}

// `code`, ``co`de``: a run of backticks, what is between, the same run
const CODE_SPAN = /(?<!`)(`{1,8})(?!`)([^`\n]{1,400}?)(?<!`)\1(?!`)/g;
// https://example.org/a?b=c  _www.example.org  someone@example.org : GitHub makes links of these, after anything but a letter
const BARE_LINK =
  /(?:(?<![a-z])(?:https?|ftp):\/\/|(?<![a-z0-9])www\.)[^\s<>`]{1,2000}|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/gi;

/**
 * Plain text as Markdown that reads the same and does nothing: code spans stay, everything else that Markdown or HTML would take for markup is
 * escaped, and addresses stand as code so that nobody is sent anywhere.
 */
export function markdownWords(text: string): string {
  let out = '';
  let at = 0;
  for (const match of text.matchAll(CODE_SPAN)) {
    out += linkless(text.slice(at, match.index)) + match[0];
    at = match.index + match[0].length;
  }
  // # heading  + list  1. list : only at the beginning
  return (out + linkless(text.slice(at))).replace(/^[#+=-]/, String.raw`\$&`).replace(/^(\d{1,9})([.)])/, String.raw`$1\$2`);
}

function linkless(text: string): string {
  let out = '';
  let at = 0;
  for (const match of text.matchAll(BARE_LINK)) {
    out += `${escaped(text.slice(at, match.index))}\`${match[0]}\``;
    at = match.index + match[0].length;
  }
  return out + escaped(text.slice(at));
}

/** An underscore within a word is no markup in GitHub's Markdown, and names are full of them. */
const escaped = (text: string): string =>
  text.replace(/[\\`*[\]<>|~]|&(?=#?\w{1,40};)|(?<![a-z0-9])_|_(?![a-z0-9])/gi, (mark) => `\\${mark}`);
