import { eastAsianWidth } from 'get-east-asian-width';

// printable ASCII: a column each
const PLAIN = /^[ -~]*$/;
// e + U+0301, 👩 + U+200D + 👧, 👍 + 🏽, 🇯 + 🇵, U+1112 + U+1161: what makes one character of several code points
const JOINING = /[\p{Mark}\p{Format}\p{Emoji_Modifier}\p{Regional_Indicator}\u1100-\u11ff]/u;
// ❤ + U+FE0F, 1 + U+FE0F + U+20E3, 👩 + U+200D + 👧, 👍 + 🏽, 🇯 + 🇵: shown as one picture, two columns wide
const PICTURE = /\ufe0f|\u20e3|\p{Extended_Pictographic}\u200d|\p{Emoji_Modifier}|\p{Regional_Indicator}{2}/u;
// what takes no room by itself
const INVISIBLE = /[\p{Control}\p{Format}\p{Nonspacing_Mark}\p{Enclosing_Mark}\p{Default_Ignorable_Code_Point}]/u;

// Made when it is needed: the tables behind it cost more time than most commands take.
let segmenter: Intl.Segmenter | undefined;

/** The characters of a text as a person counts them. */
export function graphemes(text: string): readonly string[] {
  if (!JOINING.test(text)) return Array.from(text);
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

/** How many columns of a terminal a text takes: East Asian wide characters and emoji two, what only changes other characters none (UAX #11). */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  return graphemes(text).reduce((width, grapheme) => width + widthOf(grapheme), 0);
}

function widthOf(grapheme: string): number {
  if (PICTURE.test(grapheme)) return 2;
  for (const sign of grapheme) {
    if (!INVISIBLE.test(sign)) return eastAsianWidth(sign.codePointAt(0) as number);
  }
  return 0;
}
