import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import t from 'tap';
import { loadNameParser } from '../parse/anime-name-parser.ts';
import type { TmdbSource } from '../tmdb/tmdb-source.ts';
import { measureOnStandIn } from './accuracy-rig.ts';
import type { KnownTitle } from './candidate.ts';
import { judgeName, makeMatcher } from './match-name.ts';
import { matchingReport } from './matching-report.ts';
import { placeEpisode } from './place-episode.ts';
import { romanKey, similarity, titleKey } from './title-key.ts';
import { titleQuery } from './title-query.ts';

const title = (more: Partial<KnownTitle>): KnownTitle => ({
  kind: 'tv',
  id: 1,
  name: 'Song of Flowers',
  originalName: '花の歌',
  originalLanguage: 'ja',
  year: 2015,
  animated: true,
  popularity: 10,
  otherNames: ['Hana no Uta'],
  seasons: [
    { season: 0, episodes: 2, name: 'Specials', year: 2015 },
    { season: 1, episodes: 12, name: 'Season 1', year: 2015 },
    { season: 2, episodes: 13, name: 'Season 2', year: 2017 },
  ],
  rank: 0,
  byWholeTitle: true,
  ...more,
});
const judged = (name: Parameters<typeof titleQuery>[0], titles: readonly KnownTitle[]): ReturnType<typeof judgeName> =>
  judgeName(name, titleQuery(name), titles);

t.test('accuracy on the fixture set', async (t) => {
  const { usual, hard } = await measureOnStandIn();
  const outcomes = [...usual.outcomes, ...hard.outcomes];
  t.ok(outcomes.length >= 200);
  t.ok(outcomes.filter(({ rank }) => rank === 1).length / outcomes.length >= 0.9, 'first: 90 %');
  t.ok(outcomes.filter(({ rank }) => rank >= 1 && rank <= 3).length / outcomes.length >= 0.96, 'among three: 96 %');
  t.same(
    outcomes.filter(({ rank, result }) => result.verdict === 'matched' && rank !== 1).map(({ one }) => one.name.title),
    [],
    'none is sure of itself and wrong',
  );
  t.ok(usual.placed >= 0.98, 'season and episode');
});

t.test('the report is what is measured', async (t) => {
  const file = path.join(import.meta.dirname, '../../docs/reference/anivault-matching.md');
  t.equal(readFileSync(file, 'utf8'), await matchingReport(), 'else run `node src/match/write-matching-report.ts`');
});

t.test('spellings of one title have one key', async (t) => {
  t.equal(titleKey('ＳＰＹ×ＦＡＭＩＬＹ'), titleKey('Spy x Family'));
  t.equal(titleKey('God’s  Blessing!'), titleKey('gods blessing'));
  t.equal(titleKey('Shippu\u0304den'), titleKey('Shippūden'));
  t.not(titleKey('がくえん'), titleKey('かくえん'), 'a mark is part of a Japanese letter');
  for (const [a, b] of [
    ['Sousou no Frieren', 'Sōsō no Frieren'],
    ['Mahou Shoujo', 'Maho Shojo'],
    ['Toki wo Kakeru', 'Toki o Kakeru'],
    ['Shimbun', 'Sinbun'],
    ['Tsubasa', 'Tubasa'],
  ] as const)
    t.equal(romanKey(a), romanKey(b), a);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      const alike = similarity(a, b);
      return alike >= 0 && alike <= 1 && Math.abs(alike - similarity(b, a)) < 1e-9 && titleKey(titleKey(a)) === titleKey(a);
    }),
  );
});

t.test('what a title asks for', async (t) => {
  const cases: readonly (readonly [string, object])[] = [
    ['花の歌 第2期', { title: '花の歌', season: 2, language: 'ja-JP' }],
    ['花の歌 第二期', { title: '花の歌', season: 2 }],
    ['꽃의 노래 시즌 3', { title: '꽃의 노래', season: 3, language: 'ko-KR' }],
    ['꽃의 노래 2기', { title: '꽃의 노래', season: 2 }],
    ['Hana no Uta 3rd Season', { title: 'Hana no Uta', season: 3, language: undefined }],
    ['Hana no Uta Third Season', { title: 'Hana no Uta', season: 3 }],
    ['Hana no Uta IV', { title: 'Hana no Uta', season: 4 }],
    ['Hana no Uta The Final Season', { title: 'Hana no Uta', lastSeason: true }],
    ['[Group] Hana no Uta (2016)', { title: 'Hana no Uta', year: 2016 }],
    ['Ｈａｎａ　ｎｏ　Ｕｔａ', { title: 'Hana no Uta' }],
    ['劇場版 花の歌', { title: '花の歌', wants: 'film' }],
    ['【推しの子】', { title: '【推しの子】' }],
    ['Season 2', { title: 'Season 2' }],
    ['Hana no Uta OVA', { title: 'Hana no Uta', special: true, wants: 'series' }],
  ];
  for (const [text, wanted] of cases) t.match(titleQuery({ title: text, episodes: ['1'] }), wanted, text);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), (text) => {
      const { texts } = titleQuery({ title: text, episodes: [] });
      return texts.length <= 9 && texts.every((one) => one.length > 0 && one.length <= 120);
    }),
  );
});

t.test('numbers find their season', async (t) => {
  const sizes = [
    { season: 0, episodes: 3 },
    { season: 1, episodes: 25 },
    { season: 2, episodes: 12 },
    { season: 3, episodes: 22 },
  ];
  const place = (episodes: readonly string[], more: object = {}): object =>
    placeEpisode({ season: undefined, lastSeason: false, special: false, episodes, ...more }, sizes);
  t.same(place(['25']), { how: 'as-named', season: 1, episodes: [25] });
  t.same(place(['26']), { how: 'absolute', season: 2, episodes: [1] });
  t.same(place(['59']), { how: 'absolute', season: 3, episodes: [22] });
  t.same(place(['60']), { how: 'beyond', season: 1, episodes: [60] });
  t.same(place(['26'], { season: 2 }), { how: 'absolute', season: 2, episodes: [1] });
  t.same(place(['50'], { season: 2 }), { how: 'beyond', season: 2, episodes: [50] }, 'over all seasons it would be another season');
  t.same(place(['3'], { season: 9 }), { how: 'beyond', season: 9, episodes: [3] });
  t.same(place(['5'], { lastSeason: true }), { how: 'as-named', season: 3, episodes: [5] });
  t.same(place(['26', '27']), { how: 'absolute', season: 2, episodes: [1, 2] });
  t.same(place(['25', '26']), { how: 'beyond', season: 1, episodes: [25, 26] }, 'no file is in two seasons');
  t.same(place(['7.5']), { how: 'special', season: 0, episodes: [7.5] });
  t.same(place(['1'], { special: true }), { how: 'special', season: 0, episodes: [1] });
  t.same(place([]), { how: 'none', season: 1, episodes: [] });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 }), fc.nat(), (counts, pick) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      const number = (pick % total) + 1;
      const seasons = counts.map((episodes, index) => ({ season: index + 1, episodes }));
      const found = placeEpisode({ season: undefined, lastSeason: false, special: false, episodes: [String(number)] }, seasons);
      const before = counts.slice(0, found.season - 1).reduce((sum, count) => sum + count, 0);
      return found.how !== 'beyond' && before + (found.episodes[0] ?? 0) === number;
    }),
  );
});

t.test('ties are said and explained', async (t) => {
  const old = title({ id: 2, year: 2001, rank: 1 });
  const result = judged({ title: 'Hana no Uta', episodes: ['5'] }, [title({}), old]);
  t.match(result, { verdict: 'uncertain', tie: /of 2015.*of 2001.*a year in the name would tell them apart/ });
  t.match(judged({ title: 'Hana no Uta', episodes: ['5'], year: 2001 }, [title({}), old]), {
    verdict: 'matched',
    candidates: [{ id: 2 }, { id: 1 }],
  });
});

t.test('reasons add up to the confidence', async (t) => {
  const { candidates } = judged({ title: 'Hana no Uta', episodes: ['13'], year: 2015 }, [title({})]);
  const [first] = candidates;
  t.equal(first?.place?.how, 'absolute');
  t.ok(Math.abs(first!.confidence - first!.reasons.reduce((sum, { weight }) => sum + weight, 0)) < 0.001);
  t.ok(first!.confidence > 0.9);
  t.ok(first!.reasons.some(({ text }) => text.includes('"Hana no Uta"')));
});

t.test('Korean titles stay in the original', async (t) => {
  const korean = title({ originalLanguage: 'ko', originalName: '꽃의 노래', name: 'Song of Flowers' });
  t.equal(judged({ title: 'Song of Flowers', episodes: ['1'] }, [korean]).candidates[0]?.title, '꽃의 노래');
  t.equal(judged({ title: 'Song of Flowers', episodes: ['1'] }, [title({})]).candidates[0]?.title, 'Song of Flowers');
});

t.test('many names of a series cost one set of requests, and a failure is not remembered', async (t) => {
  let [asked, fails] = [0, true];
  const source: TmdbSource = {
    get: async (request) => {
      asked += 1;
      if (fails) throw new Error('broken');
      const results = [{ id: 7, name: 'Hana no Uta', genre_ids: [16] }];
      const body = request.path.startsWith('3/search')
        ? { page: 1, total_pages: 1, total_results: 1, results }
        : { ...results[0], seasons: [{ season_number: 1, episode_count: 12 }] };
      return { value: request.answer.parse(body), from: 'network', at: 0 };
    },
  };
  const matcher = makeMatcher(source, { language: 'en-US', includeAdult: false });
  const { signal } = new AbortController();
  await t.rejects(matcher.match({ title: 'Hana no Uta', episodes: ['1'] }, signal), { message: 'broken' });
  [fails, asked] = [false, 0];
  for (const episode of ['1', '2', '3', '12']) {
    const { candidates } = await matcher.match({ title: 'Hana no Uta', episodes: [episode] }, signal);
    t.same(candidates[0]?.place, { how: 'as-named', season: 1, episodes: [Number(episode)] });
  }
  t.equal(asked, 2);
});

t.test('from the file name on', async (t) => {
  const parse = await loadNameParser();
  const name = parse('[Lab] Hana no Uta S2 - 05 (1080p) [F02B9CEE].mkv')!;
  t.match(judged(name, [title({})]), { verdict: 'matched', candidates: [{ place: { season: 2, episodes: [5] } }] });
});
