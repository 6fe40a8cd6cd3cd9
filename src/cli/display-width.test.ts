import t from 'tap';
import { displayWidth, graphemes } from './display-width.ts';

t.test('columns that terminals give to characters', async (t) => {
  const widths: readonly (readonly [string, number])[] = [
    ['', 0],
    ['Hana no Uta', 11],
    ['Ünïcödé', 7],
    ['花の歌', 6],
    ['한국어', 6],
    ['ﾊﾅ', 2],
    ['ＡＢ', 4],
    ['e\u0301', 1],
    ['か\u3099', 2],
    ['\u1112\u1161\u11ab', 2],
    ['🙂', 2],
    ['👍🏽', 2],
    ['👩‍👩‍👧', 2],
    ['🇯🇵', 2],
    ['❤\ufe0f', 2],
    ['1\ufe0f\u20e3', 2],
    ['❤', 1],
    ['ab\u200bc', 3],
    ['שלום', 4],
    ['\ud800', 1],
  ];
  for (const [text, width] of widths) t.equal(displayWidth(text), width, JSON.stringify(text));
});

t.test('characters as people count them', async (t) => {
  t.same(graphemes('a花'), ['a', '花']);
  t.same(graphemes('e\u0301👩‍👩‍👧🇯🇵'), ['e\u0301', '👩‍👩‍👧', '🇯🇵']);
});
