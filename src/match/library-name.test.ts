import t from 'tap';
import { tmdbLimits } from '../limiter/limits.ts';
import { makeRateLimiter } from '../limiter/rate-limiter.ts';
import { episodePath, filmPath, titleAndYear } from '../organize/destination.ts';
import { loadNameParser } from '../parse/anime-name-parser.ts';
import { type CatalogueTitle, tmdbCatalogue } from '../testing/tmdb-catalogue.ts';
import { standInKeys, startTmdbStandIn } from '../testing/tmdb-stand-in.ts';
import { makeTmdbClient } from '../tmdb/tmdb-client.ts';
import { tmdbKey } from '../tmdb/tmdb-key.ts';
import { readLibraryName } from './library-name.ts';
import { matchFiles } from './match-files.ts';
import { makeMatcher } from './match-name.ts';
import { placeByTitle } from './place-by-title.ts';

t.test('what has the form of a library is read without guesses', async (t) => {
  const cases: readonly (readonly [string, object | undefined])[] = [
    ['/lib/Show (2016)/Season 02/Show - S02E05.mkv', { title: 'Show', season: 2, year: 2016, episodes: ['5'] }],
    [
      String.raw`D:\lib\Show - Sub (2016)\Season 21\Show - Sub - S21E1001.mkv`,
      { title: 'Show - Sub', season: 21, year: 2016, episodes: ['1001'] },
    ],
    ['Show (2016)/Season 00/Show - S00E07.5.mkv', { title: 'Show', season: 0, year: 2016, episodes: ['7.5'] }],
    ['Show (2016)/Season 01/Show - S01E01-E02.mkv', { title: 'Show', season: 1, year: 2016, episodes: ['1', '2'] }],
    ['Fate [UBW] (2014)/Season 01/Fate [UBW] - S01E01.mkv', { title: 'Fate UBW', season: 1, year: 2014, episodes: ['1'] }],
    ['【推しの子】 (2023)/Season 01/【推しの子】 - S01E01.mkv', { title: '推しの子', season: 1, year: 2023, episodes: ['1'] }],
    ['Film (2016)/Film (2016).mkv', { title: 'Film', year: 2016, episodes: [] }],
    ['Show (2016)/Season 01/Other - S01E01.mkv', undefined],
    ['Show (2016)/Season 01/Show - S02E01.mkv', undefined],
    ['Show/Season 01/Show - S01E01.mkv', undefined],
    ['Show - S01E01.mkv', undefined],
    ['Films/Film (2016).mkv', undefined],
    ['', undefined],
  ];
  for (const [file, wanted] of cases) t.same(readLibraryName(file), wanted, file);
});

t.test('a library that is put in order once more stays as it is', async (t) => {
  await using standIn = await startTmdbStandIn();
  const client = makeTmdbClient({
    address: new URL(standIn.url),
    key: async () => tmdbKey(standInKeys.v3),
    limiter: makeRateLimiter({ limits: { ...tmdbLimits, requests: 100_000, concurrency: 16 } }),
  });
  const parseName = await loadNameParser();
  const files = tmdbCatalogue.flatMap(pathsOf).map((path) => ({ path, parsed: parseName(path.split('/').at(-1) ?? '') }));
  const matcher = makeMatcher(client, { language: 'en-US', includeAdult: false });
  let same = 0;
  for await (const match of matchFiles(files, '/library', matcher, new AbortController().signal)) {
    const place = placeByTitle(match, { acceptUncertain: false });
    if ('stays' in place) continue;
    t.equal(place.path, match.path, 'nothing moves to another place');
    same += 1;
  }
  t.ok(files.length > 600 && same / files.length > 0.98, `${same} of ${files.length} are sure to be where they belong`);
});

/** Where first and last episodes of a title are in a library. */
function pathsOf(title: CatalogueTitle): readonly string[] {
  const name = title.language === 'ko' ? title.original : title.english;
  if (title.kind === 'movie') return [filmPath(name, title.year, '.mkv')];
  const folder = titleAndYear(name, title.year);
  return title.seasons.flatMap((count, index) =>
    [1, count].map((episode) => episodePath(folder, name, index + 1, [String(episode)], '.mkv')),
  );
}
