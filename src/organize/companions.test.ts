import t from 'tap';
import { companionDestination, pairCompanions } from './companions.ts';

const files = (...paths: readonly string[]): readonly { path: string; sizeBytes: number }[] =>
  paths.map((path) => ({ path, sizeBytes: 1 }));
const paired = (videos: readonly string[], companions: readonly string[]): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    [...pairCompanions(files(...videos), files(...companions))].map(([video, found]) => [
      video,
      found.map(({ path, tail }) => `${path} ${tail}`),
    ]),
  );

t.test('names that begin with that of the video', async (t) => {
  t.same(
    paired(
      ['Show - 01.mkv', 'Show - 10.mkv', 'other/Show - 01.mkv'],
      [
        'Show - 01.en.forced.ass',
        'SHOW - 01 [Group].SRT',
        'Show - 01_2.ass',
        'Show - 1.ass',
        'Show - 011.ass',
        'Show - 10.nfo',
        'Show.ass',
      ],
    ),
    {
      'Show - 01.mkv': ['Show - 01.en.forced.ass .en.forced.ass', 'SHOW - 01 [Group].SRT  [Group].SRT'],
      'Show - 10.mkv': ['Show - 10.nfo .nfo'],
    },
  );
});

t.test('the longest name wins; a number at the start of a tail is another episode', async (t) => {
  t.same(paired(['Show.mkv', 'Show.Special.mkv'], ['Show.Special.ass', 'Show - 02.ass', 'Show.E03.ass', 'Show.5.ass', 'Show.ja.ass']), {
    'Show.Special.mkv': ['Show.Special.ass .ass'],
    'Show.mkv': ['Show.ja.ass .ja.ass'],
  });
});

t.test('folders for subtitles', async (t) => {
  t.same(
    paired(
      ['a/Show - 01.mkv', 'a/Show - 02.mkv', 'film/Film.mkv'],
      [
        'a/Subs/Show - 01.idx',
        'a/SUBS/Show - 02/2_English.srt',
        'a/Subs/English.srt',
        'film/Subtitles/English.srt',
        'film/Extras/English.srt',
      ],
    ),
    {
      'a/Show - 01.mkv': ['a/Subs/Show - 01.idx .idx'],
      'a/Show - 02.mkv': ['a/SUBS/Show - 02/2_English.srt .2_English.srt'],
      'film/Film.mkv': ['film/Subtitles/English.srt .English.srt'],
    },
  );
  t.same(paired(['Film.mkv'], ['Subs/en.srt', 'Subs/Film/fr.srt']), { 'Film.mkv': ['Subs/en.srt .en.srt', 'Subs/Film/fr.srt .fr.srt'] });
});

t.test('videos that differ in their endings share', async (t) => {
  t.same(paired(['Show - 01.mkv', 'Show - 01.mp4'], ['Show - 01.ass']), {
    'Show - 01.mkv': ['Show - 01.ass .ass'],
    'Show - 01.mp4': ['Show - 01.ass .ass'],
  });
});

t.test('many files of one folder are no trouble', async (t) => {
  const many = Array.from({ length: 20_000 }, (_, index) => `Show - ${100_000 + index}`);
  const found = paired(
    many.map((name) => `${name}.mkv`),
    many.map((name) => `${name}.en.ass`),
  );
  t.equal(Object.keys(found).length, 20_000);
});

t.test('names at the destination', async (t) => {
  t.equal(companionDestination('Show/Season 01/Show - S01E01.mkv', '.en.ass'), 'Show/Season 01/Show - S01E01.en.ass');
  t.equal(companionDestination('A/B.mkv', '.what?.ass'), 'A/B.what.ass');
  const long = companionDestination(`A/${'進'.repeat(66)}.mkv`, `.${'x'.repeat(200)}.ass`);
  t.equal(long, `A/${'進'.repeat(66)}.ass`, 'a tail that does not fit goes, its ending does not');
});
