// へ without its mark is another sound, so only Latin letters lose theirs: "Shippūden"
const LATIN_MARKS = /(\p{Script=Latin})\p{M}+/gu;
// Rock'n'Roll · God’s
const APOSTROPHES = /['’‘`´]/g;
// everything but letters, digits and the marks of other scripts
const SEPARATORS = /[^\p{L}\p{N}\p{M}]+/gu;

/**
 * What two spellings of one title have in common: NFKC (full-width, ligatures, ½), lower case, Latin letters without marks, words with one space between
 * them. Empty when nothing but signs is left.
 */
export function titleKey(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFKC')
    .normalize('NFD')
    .replace(LATIN_MARKS, '$1')
    .normalize('NFC')
    .toLowerCase()
    .replace(APOSTROPHES, '')
    .replace(/&/g, ' and ')
    .replace(/×/g, ' x ')
    .replace(SEPARATORS, ' ')
    .trim();
}

/** Ways to write one Japanese sound in Latin letters, as [other, this one]. The order matters: `syu` before `si`. */
const ROMANISATIONS: readonly (readonly [RegExp, string])[] = [
  // Mahou → Maho, Yuuki → Yuki, Oosaka → Osaka
  [/ou|oo|oh(?=[^aeiou]|$)/g, 'o'],
  [/uu/g, 'u'],
  [/aa/g, 'a'],
  [/ii/g, 'i'],
  // Kidō Senshi: sy-, ty-, zy-
  [/sy(?=[aou])/g, 'sh'],
  [/ty(?=[aou])/g, 'ch'],
  [/(?:zy|jy)(?=[aou])/g, 'j'],
  [/si/g, 'shi'],
  [/ti/g, 'chi'],
  [/zi|di/g, 'ji'],
  [/tu/g, 'tsu'],
  [/du|dzu/g, 'zu'],
  [/hu/g, 'fu'],
  // Shimbun → Shinbun
  [/m(?=[bp])/g, 'n'],
  // the particles wo and he, as words
  [/\bwo\b/g, 'o'],
  [/\bhe\b/g, 'e'],
  [/l/g, 'r'],
];

/** {@link titleKey} with the ways to romanise Japanese made one and the spaces gone: `Sōsō no Frieren` and `Sousou no Furieren` come close. */
export function romanKey(text: string): string {
  let key = titleKey(text);
  for (const [other, one] of ROMANISATIONS) key = key.replace(other, one);
  return key.replaceAll(' ', '');
}

/** How alike two titles are, 0 to 1; 1 is the same but for spelling. Symmetric. */
export function similarity(a: string, b: string): number {
  const [keyA, keyB] = [titleKey(a), titleKey(b)];
  if (keyA === '' || keyB === '') return 0;
  if (keyA === keyB) return 1;
  if (keyA.replaceAll(' ', '') === keyB.replaceAll(' ', '')) return 0.99;
  const [romanA, romanB] = [romanKey(a), romanKey(b)];
  if (romanA === romanB) return 0.97;
  return Math.min(0.9, Math.max(dice(romanA, romanB), containment(keyA, keyB)));
}

/** Sørensen–Dice over pairs of letters. */
function dice(a: string, b: string): number {
  const [pairsA, pairsB] = [pairs(a), pairs(b)];
  const count = [...pairsA.values(), ...pairsB.values()].reduce((sum, value) => sum + value, 0);
  if (count === 0) return 0;
  let common = 0;
  for (const [pair, times] of pairsA) common += Math.min(times, pairsB.get(pair) ?? 0);
  return (2 * common) / count;
}

function pairs(text: string): ReadonlyMap<string, number> {
  const letters = Array.from(text);
  const found = new Map<string, number>();
  for (let index = 0; index + 1 < letters.length; index += 1) {
    const pair = `${letters[index]}${letters[index + 1]}`;
    found.set(pair, (found.get(pair) ?? 0) + 1);
  }
  return found;
}

/** A title that begins with all the words of the other one: `Fate/stay night` and its long form. */
function containment(a: string, b: string): number {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (!long.startsWith(`${short} `)) return 0;
  return 0.6 + 0.3 * (short.length / long.length);
}
