import t from 'tap';
import { plainScreen } from './screen.ts';
import { makeStyle } from './style.ts';
import { cut, listTable, printable, table } from './text-table.ts';

const columns = [{ heading: 'Title', shrinks: true }, { heading: 'Seasons' }, { heading: 'Files', align: 'right' }] as const;
const rows = [
  ['Hana no Uta', '1-2', '24'],
  ['花の歌', '1', '1,205'],
  ['Emoji 👩‍👩‍👧 🙂', '', '3'],
];

t.test('names and values', async (t) => {
  t.equal(
    table([
      ['名前', 'a'],
      ['Files', 'b'],
    ]),
    '名前   a\nFiles  b\n',
  );
});

t.test('columns are as wide as terminals show them, numbers stand at the right', async (t) => {
  t.equal(
    listTable(columns, rows, plainScreen),
    ['Title        Seasons  Files', 'Hana no Uta  1-2         24', '花の歌       1        1,205', `Emoji 👩‍👩‍👧 🙂${' '.repeat(15)}3`, ''].join(
      '\n',
    ),
  );
  t.equal(listTable([{ heading: 'A' }, { heading: 'B' }], [['x', '']], plainScreen), 'A  B\nx\n', 'no spaces at the end');
});

t.test('what is too wide for the terminal is cut, where that is allowed', async (t) => {
  const narrow = { ...plainScreen, columns: () => 25 };
  const lines = listTable(columns, rows, narrow).split('\n');
  t.same(lines.slice(0, 3), ['Title      Seasons  Files', 'Hana no …  1-2         24', '花の歌     1        1,205']);
  t.equal(listTable(columns, rows, { ...plainScreen, columns: () => 5 }).split('\n')[1], 'Hana no…  1-2         24', 'never to nothing');
});

t.test('a character is never cut in two', async (t) => {
  t.equal(cut('花の歌', 6), '花の歌');
  t.equal(cut('花の歌', 5), '花の…');
  t.equal(cut('花の歌', 4), '花…');
  t.equal(cut('👩‍👩‍👧x🙂', 4), '👩‍👩‍👧x…');
  t.equal(cut('e\u0301e\u0301e\u0301', 2), 'e\u0301…');
  t.equal(cut('', 0), '');
});

t.test('headings and painted columns have colours where there are any', async (t) => {
  const style = makeStyle(true);
  const painted = listTable([{ heading: 'A', paint: style.red }, { heading: 'B' }], [['xy', 'z']], { ...plainScreen, style });
  t.equal(painted, '\u001b[1mA \u001b[22m  \u001b[1mB\u001b[22m\n\u001b[31mxy\u001b[39m  z\n');
});

t.test('what would steer the terminal is shown instead', async (t) => {
  t.equal(printable('a\u001b[31m\u0007\u202eb花'), 'a\\u{1b}[31m\\u{7}\\u{202e}b花');
});
