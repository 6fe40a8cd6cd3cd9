// CON · con.txt · COM1 · LPT².log · CONIN$
const RESERVED = /^(?:CON|PRN|AUX|NUL|COM[0-9¹²³]|LPT[0-9¹²³]|CONIN\$|CONOUT\$)\s*(?:\.|$)/i;
// control characters, and what a name on Windows must not contain
const FORBIDDEN = /[\u0000-\u001f<>:"/\\|?*]/gu;
// marks that turn the direction of what follows, with which `gpj.exe` can look like `exe.jpg`; the order of the letters themselves shows well without
const INVISIBLE = /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
// "Title. . "
const LOOSE_END = /[. ]+$/;

/** Readable stand-ins for forbidden characters; others vanish. */
const STAND_INS: Readonly<Record<string, string>> = { ':': ' -', '"': "'", '/': '-', '\\': '-', '|': '-', '<': '(', '>': ')' };

/** Longest name that every common file system takes: most count 255 bytes of UTF-8, NTFS 255 UTF-16 units. */
const MOST_BYTES = 255;

/**
 * Makes one part of a path that Windows accepts and that means the same everywhere: NFC, no forbidden characters, nothing that turns the direction of text, no trailing dot or space, no device
 * name, no more than `mostBytes` of UTF-8. Gives `_` when nothing is left. A name that is fine already stays as it is.
 */
export function windowsName(text: string, mostBytes = MOST_BYTES): string {
  const readable = text
    .toWellFormed()
    .replace(INVISIBLE, '')
    .replace(FORBIDDEN, (character) => STAND_INS[character] ?? '')
    // After that: what vanishes may have kept two characters from composing.
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim();
  const name = shorten(readable, mostBytes).replace(LOOSE_END, '');
  if (name === '') return '_';
  return RESERVED.test(name) ? `_${shorten(name, mostBytes - 1)}` : name;
}

/** Whether Windows takes `name` as one part of a path and keeps it exactly. */
export const isWindowsName = (name: string): boolean =>
  name !== '' &&
  name.isWellFormed() &&
  !new RegExp(FORBIDDEN).test(name) &&
  !LOOSE_END.test(name) &&
  !RESERVED.test(name) &&
  Buffer.byteLength(name) <= MOST_BYTES;

/** Whether Windows takes a part of a path for a device, whatever folder it stands in: `NUL`, `con.txt`. */
export const isDeviceName = (name: string): boolean => RESERVED.test(name);

/**
 * Two paths with the same key are one file on a file system that ignores case and kinds of composition. Windows compares upper-case letters one by one:
 * `ß` is not `SS`, and both small sigmas are one.
 */
export function sameFileKey(path: string): string {
  const composed = path.normalize('NFC');
  const upper = composed.toUpperCase();
  if (upper.length === composed.length) return upper;
  return Array.from(composed, (character) =>
    character.toUpperCase().length === character.length ? character.toUpperCase() : character,
  ).join('');
}

function shorten(text: string, mostBytes: number): string {
  if (Buffer.byteLength(text) <= mostBytes) return text;
  let kept = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > mostBytes) break;
    kept += character;
  }
  return kept.trimEnd();
}
