import t from 'tap';
import { destinationOf } from './destination.ts';

const show = { title: 'Hana no Uta', episodes: ['5'] };

t.test('episodes', async (t) => {
  const cases: readonly [object, string][] = [
    [{}, 'Hana no Uta/Season 01/Hana no Uta - S01E05.mkv'],
    [{ season: 2 }, 'Hana no Uta/Season 02/Hana no Uta - S02E05.mkv'],
    [{ season: 0 }, 'Hana no Uta/Season 00/Hana no Uta - S00E05.mkv'],
    [{ type: 'OVA' }, 'Hana no Uta/Season 00/Hana no Uta - S00E05.mkv'],
    [{ type: 'ova', season: 3 }, 'Hana no Uta/Season 03/Hana no Uta - S03E05.mkv'],
    [{ type: 'TV' }, 'Hana no Uta/Season 01/Hana no Uta - S01E05.mkv'],
    [{ episodes: ['1', '2'] }, 'Hana no Uta/Season 01/Hana no Uta - S01E01-E02.mkv'],
    [{ episodes: ['3', '3'] }, 'Hana no Uta/Season 01/Hana no Uta - S01E03.mkv'],
    [{ episodes: ['7.5'] }, 'Hana no Uta/Season 01/Hana no Uta - S01E07.5.mkv'],
    [{ episodes: ['1001'] }, 'Hana no Uta/Season 01/Hana no Uta - S01E1001.mkv'],
    [{ title: 'CON' }, '_CON/Season 01/_CON - S01E05.mkv'],
    [{ title: 'a/../../b' }, 'a-..-..-b/Season 01/a-..-..-b - S01E05.mkv'],
    [{ title: '..' }, '_/Season 01/_ - S01E05.mkv'],
  ];
  for (const [more, path] of cases) t.same(destinationOf({ ...show, ...more }, 'x/y.MKV'), { path });
});

t.test('films', async (t) => {
  const film = { title: 'Umi no Uta', episodes: [], type: 'Movie' };
  t.same(destinationOf(film, 'x/y.mp4'), { path: 'Umi no Uta/Umi no Uta.mp4' });
  t.same(destinationOf({ ...film, year: 2016 }, 'x/y.mp4'), { path: 'Umi no Uta (2016)/Umi no Uta (2016).mp4' });
  const inPlace = 'Umi no Uta (2016)/Umi no Uta (2016).mp4';
  t.same(
    destinationOf({ title: 'Umi no Uta', episodes: [], year: 2016 }, inPlace),
    { path: inPlace },
    'a film that is in its place stays one',
  );
  t.same(destinationOf({ title: 'Umi no Uta', episodes: [], year: 2016 }, 'Umi no Uta (2016).mp4'), { stays: 'no-episode' });
});

t.test('what is not known stays', async (t) => {
  t.same(destinationOf(undefined, 'x/y.mkv'), { stays: 'not-understood' });
  t.same(destinationOf({ title: 'random', episodes: [] }, 'x/y.mkv'), { stays: 'no-episode' });
});

t.test('no part of a path is longer than file systems allow', async (t) => {
  const long = destinationOf({ title: '進'.repeat(200), episodes: ['1000.5', '1001.5'] }, 'x/y.m2ts');
  t.ok('path' in long && long.path.split('/').every((part) => Buffer.byteLength(part) <= 255));
});
