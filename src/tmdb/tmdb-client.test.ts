import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { ProgramError } from '../core/program-error.ts';
import { freeLimiter } from '../testing/free-limiter.ts';
import type { FaultKind } from '../testing/tmdb-faults.ts';
import { type TmdbStandIn, standInKeys, startTmdbStandIn } from '../testing/tmdb-stand-in.ts';
import { checkKey, filmById, requestName, searchEverything, searchFilms, searchSeries, seasonOf, seriesById } from './requests.ts';
import { tmdbAddress } from './tmdb-address.ts';
import { type TmdbClientParts, makeTmdbClient } from './tmdb-client.ts';
import { tmdbKey } from './tmdb-key.ts';
import type { TmdbSource } from './tmdb-source.ts';

const never = new AbortController().signal;
const clientOf = (standIn: Pick<TmdbStandIn, 'url'>, more: Partial<TmdbClientParts> = {}): TmdbSource =>
  makeTmdbClient({
    address: new URL(standIn.url),
    key: async () => tmdbKey(standInKeys.v3),
    limiter: freeLimiter(),
    timeoutMs: 5_000,
    // No pause between attempts.
    random: () => 0,
    ...more,
  });
const problemOf = async (work: Promise<unknown>): Promise<ProgramError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof ProgramError) return error;
    throw error;
  }
  throw new Error('it worked');
};

t.test('asks for all it needs and reads it', async (t) => {
  await using standIn = await startTmdbStandIn();
  const client = clientOf(standIn);
  const found = await client.get(searchSeries('Shingeki no Kyojin', { language: 'ja-JP', year: 2013 }), never);
  t.match(found, {
    from: 'network',
    value: { page: 1, total_results: 1, results: [{ name: '進撃の巨人', first_air_date: '2013-04-01' }] },
  });
  t.notOk('poster_path' in found.value!.results[0]!, 'what is not used is dropped');
  const id = found.value!.results[0]!.id;
  const details = await client.get(seriesById(id), never);
  t.same(
    details.value?.seasons.map((season) => [season.season_number, season.episode_count]),
    [
      [0, 36],
      [1, 25],
      [2, 12],
      [3, 22],
      [4, 28],
    ],
  );
  t.ok(details.value?.alternative_titles?.results?.some(({ title }) => title === '진격의 거인'));
  t.equal((await client.get(seasonOf(id, 2), never)).value?.episodes.length, 12);
  const films = await client.get(searchFilms('君の名は', {}), never);
  t.equal((await client.get(filmById(films.value!.results[0]!.id, 'ko-KR'), never)).value?.title, '너의 이름은.');
  const multi = await client.get(searchEverything('Violet Evergarden'), never);
  t.same(multi.value?.results.map((one) => one.media_type).toSorted(), ['movie', 'tv']);
  t.same((await client.get(checkKey(), never)).value, { success: true });
  t.equal((await client.get(seriesById(999_999), never)).value, undefined, 'what is not there is an answer');
  t.equal((await client.get(seasonOf(id, 77), never)).value, undefined);
});

t.test('pages', async (t) => {
  const titles = Array.from({ length: 45 }, (_, index) => ({
    kind: 'tv' as const,
    id: index + 1,
    english: `Flower ${index}`,
    original: '花',
    language: 'ja',
    year: 2000,
    others: [],
    seasons: [12],
    specials: 0,
    popularity: index,
    animated: true,
  }));
  await using standIn = await startTmdbStandIn({ titles });
  const client = clientOf(standIn);
  const ids = new Set<number>();
  for (const page of [1, 2, 3]) {
    const { value } = await client.get(searchSeries('flower', { page }), never);
    t.match(value, { page, total_pages: 3, total_results: 45 });
    for (const { id } of value!.results) ids.add(id);
  }
  t.equal(ids.size, 45);
  t.match(await problemOf(client.get(searchSeries('flower', { page: 501 }), never)), { code: 'tmdb-answer' });
});

t.test('both kinds of keys, each in its place', async (t) => {
  await using standIn = await startTmdbStandIn();
  await clientOf(standIn).get(checkKey(), never);
  await clientOf(standIn, { key: async () => tmdbKey(standInKeys.v4) }).get(checkKey(), never);
  t.same(
    standIn.seen.map(({ keyKind, packed }) => [keyKind, packed]),
    [
      ['v3', true],
      ['v4', true],
    ],
    'and answers may come packed',
  );
  const wrong = await problemOf(clientOf(standIn, { key: async () => tmdbKey('f'.repeat(32)) }).get(checkKey(), never));
  t.match(wrong, { code: 'tmdb-key-refused', exitCode: 2 });
  t.notMatch(`${wrong.message}${wrong.stack ?? ''}`, /f{32}/);
  t.equal(standIn.seen.length, 3, 'a refused key is not tried again');
  for (const text of ['', 'short', 'eyJ.x', `${'f'.repeat(31)}g`])
    t.throws(() => tmdbKey(text), { code: 'tmdb-key-malformed', exitCode: 2 });
  t.throws(() => tmdbKey('my secret password 123'), { message: /^((?!secret).)*$/ }, 'what was given is not repeated');
});

t.test('connections are kept', async (t) => {
  await using standIn = await startTmdbStandIn();
  const client = clientOf(standIn);
  for (let index = 0; index < 10; index += 1) await client.get(checkKey(), never);
  t.equal(standIn.connections(), 1);
});

t.test('what passes is tried again, a few times', async (t) => {
  await using standIn = await startTmdbStandIn();
  for (const kind of ['status-500', 'status-503', 'reset', 'truncated', '429-bare'] as const) {
    standIn.add({ kind, times: 3 });
    t.match(await clientOf(standIn).get(searchSeries('Naruto'), never), { from: 'network', value: { page: 1 } }, kind);
  }
  const cases: readonly (readonly [FaultKind, string])[] = [
    ['status-500', 'tmdb-failing'],
    ['reset', 'tmdb-unreachable'],
    ['truncated', 'tmdb-unreachable'],
    ['429-bare', 'tmdb-busy'],
  ];
  for (const [kind, code] of cases) {
    const retries: string[] = [];
    standIn.add({ kind, times: 4 });
    t.match(
      await problemOf(clientOf(standIn, { onRetry: (text) => retries.push(text) }).get(searchSeries('Naruto'), never)),
      { code },
      kind,
    );
    t.equal(retries.length, 3);
    t.notMatch(retries.join(), new RegExp(standInKeys.v3));
  }
});

t.test('what does not pass is an error of its own, and not tried again', async (t) => {
  await using standIn = await startTmdbStandIn();
  const kinds: readonly FaultKind[] = [
    'cut-json',
    'html',
    'empty',
    'not-utf8',
    'wrong-types',
    'null-results',
    'deep',
    'huge',
    'gzip-bomb',
    'redirect',
  ];
  for (const kind of kinds) {
    const limiter = freeLimiter();
    const before = standIn.seen.length;
    standIn.add({ kind, times: 1 });
    const start = process.memoryUsage().rss;
    const problem = await problemOf(clientOf(standIn, { limiter }).get(searchSeries('Naruto'), never));
    t.match(problem, { code: 'tmdb-answer', exitCode: 1 }, kind);
    t.ok(problem.message.length < 300, `${kind}: ${problem.message}`);
    t.equal(standIn.seen.length, before + 1, kind);
    t.same(limiter.ends, ['bad'], `${kind} counts against the service`);
    t.ok(process.memoryUsage().rss - start < 90 * 2 ** 20, `${kind} is not held in memory`);
  }
});

t.test('a pause that is asked for reaches the limiter, in both forms', async (t) => {
  await using standIn = await startTmdbStandIn();
  const limiter = freeLimiter();
  standIn.add(
    { kind: '429-seconds', times: 1, seconds: 7 },
    { kind: '429-date', times: 1, seconds: 9, clockAheadSeconds: 86_400 },
    { kind: '429-bare', times: 1 },
  );
  await clientOf(standIn, { limiter }).get(checkKey(), never);
  t.same(limiter.ends, ['refused 7000', 'refused 9000', 'refused bare', 'good']);
});

t.test('nobody waits for ever', async (t) => {
  await using standIn = await startTmdbStandIn();
  for (const kind of ['hang', 'slow-drip'] as const) {
    standIn.add({ kind, times: 2 });
    const problem = await problemOf(clientOf(standIn, { timeoutMs: 150, attempts: 2 }).get(searchSeries('Naruto'), never));
    t.match(problem, { code: 'tmdb-timeout', message: /0\.15 s/ }, kind);
  }
});

t.test('stops when it is told to, wherever it is', async (t) => {
  await using standIn = await startTmdbStandIn();
  for (const kind of ['hang', 'slow-drip', 'status-500'] as const) {
    standIn.clearFaults();
    standIn.add({ kind, times: 10 });
    const stop = new AbortController();
    const limiter = freeLimiter();
    const asked = clientOf(standIn, { limiter, random: () => 1 }).get(searchSeries('Naruto'), stop.signal);
    const before = standIn.seen.length;
    while (standIn.seen.length === before) await new Promise((resolve) => setImmediate(resolve));
    stop.abort(new ProgramError('interrupted', 'Stopped by SIGINT'));
    t.match(await problemOf(asked), { code: 'interrupted' }, kind);
    t.equal(limiter.ends.length, 1, 'its permit is given back');
  }
});

t.test('nobody there', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const problem = await problemOf(clientOf({ url: `http://127.0.0.1:${port}/` }).get(checkKey(), never));
  t.match(problem, { code: 'tmdb-unreachable', message: /ECONNREFUSED/ });
  t.notMatch(problem.message, /api_key/);
});

t.test('the address is safe or it is refused', async (t) => {
  t.equal(tmdbAddress({}).href, 'https://api.themoviedb.org/');
  t.equal(tmdbAddress({ ANIVAULT_TMDB_URL: 'https://mirror.example/tmdb?x=1#y' }).href, 'https://mirror.example/tmdb/');
  for (const url of ['http://127.0.0.1:8080', 'http://127.8.8.8/', 'http://[::1]:1/', 'http://localhost:5/x'])
    t.doesNotThrow(() => tmdbAddress({ ANIVAULT_TMDB_URL: url }), url);
  for (const url of [
    'http://example.com/',
    'http://127.0.0.1.example.com/',
    'ftp://127.0.0.1/',
    'nonsense',
    'https://me:pass@host/',
    'http://localhost.example',
  ])
    t.throws(() => tmdbAddress({ ANIVAULT_TMDB_URL: url }), { code: 'tmdb-address', message: /^((?!pass@).)*$/ }, url);
});

t.test('one question has one name', async (t) => {
  t.equal(requestName({ path: '3/x', query: { b: '2', a: '1 ü' } }), requestName({ path: '3/x', query: { a: '1 ü', b: '2' } }));
  t.not(requestName(searchSeries('a')), requestName(searchSeries('b')));
  t.not(requestName(searchSeries('a', { language: 'ja-JP' })), requestName(searchSeries('a')));
});
