import { companionExtensions, videoExtensions } from '../scan/extensions.ts';

/** Longer names are cut: no file system has them, and nothing may take its time over them. */
const MOST_CHARACTERS = 1_000;

// Show.en.srt · Show.zh-Hans.ass · Show.en.forced.srt · Show.sc.ass
const LANGUAGE_ENDING = /(?:\.(?:[a-z]{2,3}(?:-[A-Za-z]{2,4})?|forced|sdh|default|signs|chs|cht))+$/;
// eslint-disable-next-line no-control-regex -- they cannot be part of a title
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const WIDE: Readonly<Record<string, string>> = {
  '　': ' ',
  '\u00a0': ' ',
  '＃': '#',
  '（': '(',
  '）': ')',
  '［': '[',
  '］': ']',
  '〔': '[',
  '〕': ']',
  '～': '~',
  '〜': '~',
  '–': '-',
  '—': '-',
  '−': '-',
  '‐': '-',
  '‒': '-',
};
const WIDE_CHARACTERS = /[　\u00a0＃（）［］〔〕～〜–—−‐‒０-９]/g;

/** A file name without its ending; of a companion's name also without the language before it. */
export function withoutEnding(fileName: string): string {
  const dot = fileName.lastIndexOf('.');
  if (dot < 0) return fileName;
  const ending = fileName.slice(dot).toLowerCase();
  if (videoExtensions.has(ending)) return fileName.slice(0, dot);
  return companionExtensions.has(ending) ? fileName.slice(0, dot).replace(LANGUAGE_ENDING, '') : fileName;
}

/** A name as it is read: of bounded length, composed, with nothing invisible, with narrow digits and brackets. */
export function readable(text: string): string {
  const cut = text.length > MOST_CHARACTERS ? text.slice(0, MOST_CHARACTERS) : text;
  // Most names are plain; that is quicker to see than to change.
  // eslint-disable-next-line no-control-regex -- exactly those are looked for
  if (/^[\x20-\x7e]*$/.test(cut)) return cut;
  return cut
    .toWellFormed()
    .normalize('NFC')
    .replace(CONTROLS, ' ')
    .replace(WIDE_CHARACTERS, (character) => WIDE[character] ?? String.fromCharCode(character.charCodeAt(0) - 0xff10 + 0x30));
}

/** A part of a name: what stands in brackets, or between them. */
export interface NamePiece {
  readonly kind: 'text' | 'square' | 'round';
  readonly text: string;
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}', '【': '】' };

/** Cuts a name at its brackets. A bracket that is never closed goes to the end; one that is never opened began at the start. */
export function piecesOf(name: string): readonly NamePiece[] {
  const pieces: NamePiece[] = [];
  let from = 0;
  for (let at = 0; at < name.length; at += 1) {
    const character = name[at] as string;
    const closing = CLOSING[character];
    if (closing !== undefined) {
      if (at > from) pieces.push({ kind: 'text', text: name.slice(from, at) });
      let depth = 1;
      let end = at + 1;
      for (; end < name.length; end += 1) {
        if (name[end] === character) depth += 1;
        else if (name[end] === closing && (depth -= 1) === 0) break;
      }
      // Two that open and one that closes: the first one was not meant.
      if (depth > 0) end = Math.max(name.indexOf(closing, at + 1), -1) === -1 ? name.length : name.indexOf(closing, at + 1);
      pieces.push({ kind: character === '(' || character === '{' ? 'round' : 'square', text: name.slice(at + 1, end) });
      at = end;
      from = end + 1;
    } else if ((character === ']' || character === '】') && pieces.length === 0 && at > from) {
      pieces.push({ kind: 'square', text: name.slice(from, at) });
      from = at + 1;
    }
  }
  if (from < name.length) pieces.push({ kind: 'text', text: name.slice(from) });
  return pieces;
}

// 3.0 · 07.5 · 5.1, but not 1015.1080p
const DECIMAL_OR_DOT = /(?<!\d)(\d{1,2})\.(\d)(?![\dA-Za-z])|\./g;

// Title E1089.231231.720p-GROUP
const DOTTED_PARTS = /\.(?:\d{6}|\d{3,4}p)[.-]/;

/** How words are set apart in a name: a name without spaces has dots or underscores in their place. */
export function spacing(texts: readonly string[]): (text: string) => string {
  const all = texts.join('\u0001').replace(/^[\s\u0001]+|[\s\u0001]+$/g, '');
  // Most names have spaces, and nothing else that sets words apart.
  if (all.includes(' ') && !/[._]/.test(all)) return (text) => text;
  const spaces = all.split(' ').length - 1;
  const underscores = all.split('_').length - 1;
  const plus = spaces === 0 && underscores === 0 && /\w\+\w+\+/.test(all);
  const dots =
    (spaces === 0 && underscores < all.split('.').length - 1) ||
    (underscores === 0 && (all.match(/\.(?=\S)/g)?.length ?? 0) > Math.max(2, spaces)) ||
    DOTTED_PARTS.test(all);
  return (text) => {
    let spaced = text.includes('_') ? text.replaceAll('_', ' ') : text;
    if (plus) spaced = spaced.replaceAll('+', ' ');
    if (!dots || !spaced.includes('.')) return spaced;
    return spaced
      .replace(/\b([hx])\.(26[45])\b/gi, '$1$2')
      .replace(DECIMAL_OR_DOT, (_all, whole?: string, tenth?: string) => (whole === undefined ? ' ' : `${whole}.${tenth}`));
  };
}
