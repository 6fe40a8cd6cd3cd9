import t from 'tap';
import { plainScreen } from '../../screen.ts';
import { titleTable } from './title-table.ts';

t.test('files by title, with seasons, episodes and what they take', async (t) => {
  const titles = titleTable();
  t.equal(titles.text(plainScreen), '', 'nothing of nothing');
  const add = (title: string, season: number | undefined, episodes: readonly string[], type?: string): void =>
    titles.add({
      sizeBytes: 2 ** 20,
      parsed: { title, episodes: [...episodes], ...(season === undefined ? {} : { season }), ...(type === undefined ? {} : { type }) },
    });
  for (const season of [1, 2, 3, 5]) add('Hana no Uta', season, ['1']);
  add('HANA NO UTA', 1, ['1']);
  add('Hana no Uta', 1, ['2', '4']);
  add('Hana no Uta', undefined, ['1'], 'OVA');
  add('花の歌', undefined, ['7.5']);
  add('Umi', undefined, []);
  titles.add({ sizeBytes: 10, parsed: null });
  t.same(titles.text(plainScreen).split('\n'), [
    'Title             Seasons  Episodes  Files     Size',
    'Hana no Uta       1-3, 5          8      7  7.0 MiB',
    'Umi                                      1  1.0 MiB',
    '花の歌                            1      1  1.0 MiB',
    '(not understood)                         1     10 B',
    '',
  ]);
});
