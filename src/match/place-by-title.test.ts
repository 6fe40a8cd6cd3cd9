import t from 'tap';
import type { AnimeName } from '../contract/anime-name.ts';
import type { MatchCandidate } from './candidate.ts';
import type { FileMatch } from './match-files.ts';
import type { EpisodePlace } from './place-episode.ts';
import { type PlaceRules, placeByTitle } from './place-by-title.ts';

const strict: PlaceRules = { acceptUncertain: false };
const lax: PlaceRules = { acceptUncertain: true };
const name: AnimeName = { title: 'x', episodes: ['5'] };
const series = (place: EpisodePlace, more: Partial<MatchCandidate> = {}): MatchCandidate => ({
  kind: 'tv',
  id: 1,
  title: 'Fate/stay night: Unlimited Blade Works',
  originalTitle: '',
  originalLanguage: 'ja',
  year: 2014,
  confidence: 0.9,
  reasons: [],
  place,
  ...more,
});
const film = (more: Partial<MatchCandidate> = {}): MatchCandidate => {
  const { place: _, ...rest } = series({ how: 'none', season: 1, episodes: [] });
  return { ...rest, kind: 'movie', title: 'Your Name.', year: 2016, ...more };
};
const matched = (
  first: MatchCandidate,
  more: Partial<Extract<FileMatch, { verdict: 'matched' | 'uncertain' | 'none' }>> = {},
): FileMatch => ({
  path: 'sub/x.MKV',
  verdict: 'matched',
  candidates: [first],
  name,
  query: 'x',
  from: 'cache',
  ...more,
});
const place = (how: EpisodePlace['how'], season: number, ...episodes: readonly number[]): EpisodePlace => ({ how, season, episodes });
const ubw = 'Fate-stay night - Unlimited Blade Works';

t.test('what is sure gets the title, the year, the season and the episode of TMDB', async (t) => {
  const cases: readonly (readonly [MatchCandidate, string])[] = [
    [series(place('as-named', 1, 5)), `${ubw} (2014)/Season 01/${ubw} - S01E05.mkv`],
    [series(place('absolute', 2, 1, 2)), `${ubw} (2014)/Season 02/${ubw} - S02E01-E02.mkv`],
    [series(place('as-named', 21, 1001), { year: undefined }), `${ubw}/Season 21/${ubw} - S21E1001.mkv`],
    [series(place('as-named', 1, 5), { title: 'CON' }), '_CON (2014)/Season 01/_CON - S01E05.mkv'],
    [series(place('as-named', 1, 5), { title: '바람의 검심' }), '바람의 검심 (2014)/Season 01/바람의 검심 - S01E05.mkv'],
    [film(), 'Your Name (2016)/Your Name (2016).mkv'],
    [film({ year: undefined }), 'Your Name/Your Name.mkv'],
  ];
  for (const [first, wanted] of cases) t.same(placeByTitle(matched(first), strict), { path: wanted }, wanted);
  const long = placeByTitle(matched(series(place('as-named', 1, 5), { title: '愛'.repeat(300) })), strict);
  for (const part of 'path' in long ? long.path.split('/') : []) t.ok(Buffer.byteLength(part) <= 255 && part.length > 5, part);
});

t.test('what is not sure stays, with its reason', async (t) => {
  const cases: readonly (readonly [FileMatch, string])[] = [
    [{ path: 'a.mkv', verdict: 'not-understood' }, 'not-understood'],
    [matched(film(), { verdict: 'none', candidates: [] }), 'no-match'],
    [matched(film({ confidence: 0.5 }), { verdict: 'uncertain' }), 'uncertain-title'],
    [matched(film(), { verdict: 'uncertain', tie: 'two are as likely' }), 'uncertain-title'],
    [matched(series(place('beyond', 1, 99))), 'unknown-episode'],
    [matched(series(place('special', 0, 3))), 'unknown-episode'],
    [matched(series(place('special', 0, 7.5)), { name: { ...name, season: 0 } }), 'unknown-episode'],
    [matched(series(place('none', 1))), 'no-episode'],
  ];
  for (const [match, reason] of cases) t.same(placeByTitle(match, strict), { stays: reason }, reason);
  const { ProgramError } = await import('../core/program-error.ts');
  t.same(placeByTitle({ path: 'a.mkv', verdict: 'unanswered', problem: new ProgramError('tmdb-busy', '') }, lax), {
    stays: 'no-answer',
  });
  t.same(placeByTitle(matched(series(place('special', 0, 3)), { name: { ...name, season: 0 } }), strict), {
    path: `${ubw} (2014)/Season 00/${ubw} - S00E03.mkv`,
  });
});

t.test('who accepts what is uncertain gets the first candidate', async (t) => {
  const cases: readonly (readonly [FileMatch, string])[] = [
    [matched(film({ confidence: 0.1 }), { verdict: 'uncertain' }), 'Your Name (2016)/Your Name (2016).mkv'],
    [matched(film(), { verdict: 'uncertain', tie: 'two are as likely' }), 'Your Name (2016)/Your Name (2016).mkv'],
    [matched(series(place('beyond', 1, 99))), `${ubw} (2014)/Season 01/${ubw} - S01E99.mkv`],
    [matched(series(place('special', 0, 7.5))), `${ubw} (2014)/Season 00/${ubw} - S00E07.5.mkv`],
  ];
  for (const [match, wanted] of cases) t.same(placeByTitle(match, lax), { path: wanted }, wanted);
  t.same(placeByTitle(matched(series(place('none', 1))), lax), { stays: 'no-episode' }, 'no number is made up');
});

t.test('the least confidence can be raised and lowered', async (t) => {
  const at = (confidence: number, rules: PlaceRules, tie?: string): boolean =>
    'path' in placeByTitle(matched(film({ confidence }), { verdict: 'uncertain', ...(tie === undefined ? {} : { tie }) }), rules);
  t.notOk(at(0.89, { ...strict, leastConfidence: 0.9 }));
  t.ok(at(0.9, { ...strict, leastConfidence: 0.9 }));
  t.ok(at(0.5, { ...strict, leastConfidence: 0.5 }));
  t.notOk(at(0.9, { ...strict, leastConfidence: 0.5 }, 'a tie'), 'a tie is a tie, however sure both are');
  t.notOk(at(0.4, { ...lax, leastConfidence: 0.5 }));
  t.ok(at(0.5, { ...lax, leastConfidence: 0.5 }, 'a tie'));
});
