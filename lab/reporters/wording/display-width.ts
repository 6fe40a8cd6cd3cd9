// 録 · ア · 한 · ！ · 🎞 : characters that take two columns on a terminal
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;
// U+0301 (combining acute)
const COMBINING = /\p{M}/u;

const widthOf = (character: string): number => (COMBINING.test(character) ? 0 : WIDE.test(character) ? 2 : 1);

/** How many columns of a terminal a text without control characters takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** Cuts a text so that it takes at most `columns`; a cut shows as `…`. */
export function fitColumns(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return columns > 0 ? `${kept}…` : '';
}

/** Fills up with spaces to `columns`. */
export const padColumns = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
