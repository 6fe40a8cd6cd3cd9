import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { showCache } from '../cache/cache-operations.ts';
import { openDiskCache } from '../cache/disk-cache.ts';
import { ProgramError } from '../core/program-error.ts';
import { makeMatcher } from '../match/match-name.ts';
import { accuracyCases } from '../match/accuracy-cases.ts';
import { makeMasker } from '../settings/masker.ts';
import { openSettings } from '../settings/settings-store.ts';
import { standInKeys, startTmdbStandIn } from '../testing/tmdb-stand-in.ts';
import { cachedSource, offlineSource } from './cached-source.ts';
import { cacheFolder, openTmdb } from './open-tmdb.ts';
import { checkKey, searchSeries, seriesById } from './requests.ts';
import type { TmdbSource } from './tmdb-source.ts';

const never = new AbortController().signal;
const page = { page: 1, results: [], total_pages: 0, total_results: 0 };

t.test('a second run is answered by the cache, also offline', async (t) => {
  await using standIn = await startTmdbStandIn();
  const state = t.testdir({});
  const environment = {
    LOCALAPPDATA: state,
    XDG_STATE_HOME: state,
    ANIVAULT_TMDB_URL: standIn.url,
    ANIVAULT_TMDB_KEY: standInKeys.v3,
  };
  const settings = openSettings(state, environment, makeMasker());
  const names = accuracyCases.slice(0, 12).map(({ name }) => name);
  const titles: string[] = [];
  for (const offline of [false, false, true]) {
    await using tmdb = await openTmdb({ environment, settings, offline });
    const matcher = makeMatcher(tmdb.source, { language: 'en-US', includeAdult: false });
    const found: string[] = [];
    for (const name of names) found.push((await matcher.match(name, never)).candidates[0]?.title ?? '');
    titles.push(found.join());
    t.equal(tmdb.limiterMode(), 'normal');
  }
  t.equal(new Set(titles).size, 1);
  const asked = standIn.seen.length;
  const report = await showCache(cacheFolder(environment), 1e9, Date.now());
  t.ok(report.entries <= asked && report.entries > 10);
  t.equal(report.lastHitRate, 1);
  t.equal(asked, report.entries, 'nothing was asked twice');

  await using offline = await openTmdb({ environment, settings, offline: true });
  await t.rejects(offline.source.get(searchSeries('never asked'), never), { code: 'tmdb-offline' });
  const { durationMs } = await offline.check(never);
  t.ok(durationMs > 0, 'a check is a check, whatever is in the cache');
  for (const file of readdirSync(state, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    t.notOk(readFileSync(path.join(file.parentPath, file.name)).includes(standInKeys.v3), `${file.name} does not hold the key`);
  }
});

t.test('without a key there is an exit code of its own, and the cache works all the same', async (t) => {
  await using standIn = await startTmdbStandIn();
  const state = t.testdir({});
  const environment = { LOCALAPPDATA: state, XDG_STATE_HOME: state, ANIVAULT_TMDB_URL: standIn.url };
  const settings = openSettings(state, environment, makeMasker());
  await using tmdb = await openTmdb({ environment, settings, offline: false });
  await t.rejects(tmdb.source.get(searchSeries('Naruto'), never), { code: 'tmdb-key-missing', exitCode: 2 });
  await tmdb.cache.put(
    `${standIn.url}3/search/tv?include_adult=false&page=1&query=Naruto`,
    JSON.stringify({ found: true, value: page }),
    1_000_000,
  );
  t.match(await tmdb.source.get(searchSeries('Naruto'), never), { from: 'cache', value: page });
  t.equal(standIn.seen.length, 0);
});

/** A source that does what it is told, and counts. */
class ScriptedSource implements TmdbSource {
  asked = 0;
  problem: Error | undefined;
  known = true;
  readonly get: TmdbSource['get'] = async (request, signal) => {
    this.asked += 1;
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    if (this.problem) throw this.problem;
    return { value: this.known ? request.answer.parse(page) : undefined, from: 'network', at: 5 };
  };
}

t.test('old answers are better than none, and say so', async (t) => {
  const clock = { now: 1_000_000 };
  const cache = openDiskCache(t.testdir({}), { now: () => clock.now });
  const behind = new ScriptedSource();
  const source = cachedSource(cache, behind, 'x:');
  const request = searchSeries('a');
  t.match(await source.get(request, never), { from: 'network' });
  t.match(await source.get(request, never), { from: 'cache', at: 1_000_000 });
  clock.now += request.keepForMs!;
  for (const code of ['tmdb-unreachable', 'tmdb-timeout', 'tmdb-busy', 'tmdb-failing', 'tmdb-answer'] as const) {
    behind.problem = new ProgramError(code, 'no');
    t.match(await source.get(request, never), { from: 'stale', at: 1_000_000, value: page }, code);
    await t.rejects(source.get(searchSeries('b'), never), { code });
  }
  t.match(await cachedSource(cache, offlineSource, 'x:').get(request, never), { from: 'stale' });
  behind.problem = new ProgramError('tmdb-key-refused', 'no');
  await t.rejects(source.get(request, never), { code: 'tmdb-key-refused' }, 'a wrong key is told');
  t.equal(cache.figures().stale, 6);
  behind.problem = undefined;
  t.match(await source.get(request, never), { from: 'network' });
  t.match(await source.get(request, never), { from: 'cache' });
  await t.rejects(cachedSource(cache, offlineSource, 'other:').get(request, never), { code: 'tmdb-offline' }, 'services are kept apart');
});

t.test('one question at a time, and a stop stops only who was stopped', async (t) => {
  const behind = new ScriptedSource();
  const source = cachedSource(openDiskCache(t.testdir({})), behind, '');
  const stop = new AbortController();
  const first = source.get(searchSeries('a'), stop.signal);
  const others = [1, 2, 3].map(async () => source.get(searchSeries('a'), never));
  stop.abort(new ProgramError('interrupted', 'Stopped'));
  await t.rejects(first, { code: 'interrupted' });
  for (const other of await Promise.all(others)) t.same(other.value, page);
  t.ok(behind.asked <= 2);
});

t.test('that there is no such thing is kept for a day, and a check never', async (t) => {
  const clock = { now: 0 };
  const cache = openDiskCache(t.testdir({}), { now: () => clock.now });
  const behind = new ScriptedSource();
  behind.known = false;
  const source = cachedSource(cache, behind, '');
  for (let turn = 0; turn < 3; turn += 1) t.equal((await source.get(seriesById(9), never)).value, undefined);
  t.equal(behind.asked, 1);
  clock.now += 86_400_000;
  await source.get(seriesById(9), never);
  t.equal(behind.asked, 2);
  for (let turn = 0; turn < 3; turn += 1) await source.get(checkKey(), never);
  t.equal(behind.asked, 5);
});

t.test('an entry that this version cannot use is asked for anew', async (t) => {
  const cache = openDiskCache(t.testdir({}));
  const behind = new ScriptedSource();
  const source = cachedSource(cache, behind, '');
  for (const text of ['{"found":true,"value":{"of":"another form"}}', '{"something":"else"}', '7']) {
    await cache.put('3/search/tv?include_adult=false&page=1&query=a', text, 1e9);
    t.match(await source.get(searchSeries('a'), never), { from: 'network' }, text);
  }
});
