import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import t from 'tap';
import { diagnosisTopics } from '../../../contract/events/status.ts';
import type { EventOf } from '../../../contract/cli-event.ts';
import { stateFolder } from '../../../core/state-folder.ts';
import { tmdbLimits } from '../../../limiter/limits.ts';
import { openTokenLedger } from '../../../limiter/token-ledger.ts';
import { startStandInHere } from '../../../testing/tmdb-stand-in-here.ts';
import { standInKeys } from '../../../testing/tmdb-stand-in.ts';
import { type CliRun, eventsIn, rigEnvironment, runCli } from '../../cli-rig.ts';
import { personMask } from './person-mask.ts';
import { makeMasker } from '../../../settings/masker.ts';

const statusIn = ({ events }: CliRun): EventOf<'status'> => {
  const found = events().at(-1);
  if (found?.type !== 'status') throw new Error(`the last event is ${found?.type}`);
  return found;
};

t.test('before anything was done', async (t) => {
  const folder = t.testdir({});
  const result = await runCli(['status', '--json'], folder);
  t.equal(result.exitCode, 0);
  t.match(statusIn(result), {
    operations: 0,
    lastOperation: null,
    cache: { entries: 0, hitRate: null },
    limiter: { state: 'free', tokens: 35, taken: 0 },
    tmdbKey: { from: 'none' },
  });
  const people = await runCli(['status'], folder);
  t.match(people.stdout, /^Last operation +none yet\nCache +0 answers, .*, not used yet\nTMDB key +none: .*\nPace +free, 35 of 35/m);
});

t.test('after a run it tells of it', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const folder = t.testdir({ in: { 'Bleach - 05.mkv': '' } });
  await runCli(['settings', 'set', 'language', 'ko-KR'], folder);
  await runCli(['run', 'in', '--to', 'out', '--apply'], folder, { environment });
  const result = await runCli(['status', '--json'], folder, { environment });
  t.equal(result.exitCode, 0);
  t.match(statusIn(result), {
    operations: 1,
    lastOperation: { state: 'finished', moved: 1, failed: 0, source: path.join(folder, 'in') },
    cache: { hitRate: 0, lastHitRate: 0 },
    tmdbKey: { from: 'environment', kind: 'v3' },
    settings: [{ name: 'language', value: 'ko-KR', set: true }],
  });
  t.match(
    (await runCli(['status'], folder)).stdout,
    /^Last operation +\w{12}, finished: 1 of 1 files, 0 failed, began .* UTC \(1 in all\)$/m,
  );
});

t.test('a pause that TMDB asked for is told to every process', async (t) => {
  await using standIn = await startStandInHere();
  const folder = t.testdir({ in: { 'Bleach - 05.mkv': '' } });
  await standIn.add({ kind: '429-seconds', seconds: 900, times: 1 });
  const refused = await runCli(['match', 'in', '--json'], folder, { environment: standIn.environment });
  t.match([refused.exitCode, refused.events().at(-1)], [1, { type: 'error', code: 'tmdb-busy' }]);
  const { limiter } = statusIn(await runCli(['status', '--json'], folder));
  t.equal(limiter.state, 'paused');
  const leftMs = Date.parse(limiter.pausedUntil ?? '') - Date.now();
  t.ok(leftMs > 800_000 && leftMs < 902_000, `${leftMs} ms`);
  t.match((await runCli(['status'], folder)).stdout, /^Pace +TMDB asked for a pause until \d{4}-.* UTC$/m);
});

t.test('what cannot be read is told, and the rest all the same', async (t) => {
  const folder = t.testdir({});
  const state = stateFolder(rigEnvironment(folder));
  mkdirSync(state, { recursive: true });
  writeFileSync(path.join(state, 'cache'), 'no folder');
  writeFileSync(path.join(state, 'rollback.jsonl'), 'no line\n');
  const result = await runCli(['status', '--json'], folder);
  t.equal(result.exitCode, 10);
  t.same(
    result.events().flatMap((event) => (event.type === 'problem' ? [event.code] : [])),
    ['journal-line-damaged', 'cache-corrupt'],
  );
  t.match(statusIn(result), { cache: null, lastOperation: null, settings: [{ name: 'language' }] });
  writeFileSync(path.join(state, 'settings.json'), 'no JSON');
  const worse = await runCli(['status', '--json'], folder);
  t.match(statusIn(worse), { cache: null, tmdbKey: null, settings: [] });
  t.equal(worse.events().filter((event) => event.type === 'problem' && event.code === 'settings-unreadable').length, 1, 'told once');
});

t.test('--diag describes everything as lines of JSON, and tells nobody who it is', async (t) => {
  await using standIn = await startStandInHere();
  const root = t.testdir({ home: { in: { 'Secret Show - 05.mkv': '' } } });
  const home = path.join(root, 'home');
  const environment = {
    ...standIn.environment,
    HOME: home,
    USERPROFILE: home,
    USER: 'annabel',
    LOCALAPPDATA: path.join(home, 'state'),
    XDG_STATE_HOME: path.join(home, 'state'),
    HTTPS_PROXY: ['http://annabel', 'hunter2hunter2@proxy.example/'].join(':'),
    LANG: 'en_US.UTF-8',
  };
  await runCli(['settings', 'tmdb-key'], home, { environment, stdin: Readable.from([standInKeys.v4]) });
  await runCli(['settings', 'set', 'library', '/media/annabel/Anime'], home, { environment });
  await runCli(['match', 'in'], home, { environment });
  for (const args of [
    ['status', '--diag'],
    ['status', '--diag', '--json'],
  ]) {
    const result = await runCli(args, home, { environment });
    t.equal(result.exitCode, 0);
    const events = result.events();
    t.same([...new Set(events.flatMap((event) => (event.type === 'diagnosis' ? [event.about] : [])))], diagnosisTopics);
    t.match(events.at(-1), { type: 'diagnosis-summary', problems: 0, lines: diagnosisTopics.length + 1 });
    for (const secret of [home, 'annabel', 'hunter2', standInKeys.v3, standInKeys.v4, 'Secret Show', os.hostname()]) {
      t.notOk(result.stdout.includes(secret), `without ${secret}`);
    }
    const details = Object.fromEntries(events.flatMap((event) => (event.type === 'diagnosis' ? [[event.about, event.details]] : [])));
    t.match(details['state'], { folder: path.join('~', 'state', process.platform === 'win32' ? 'AniVault' : 'anivault') });
    t.match(details['environment'], { ANIVAULT_TMDB_KEY: 'set', HTTPS_PROXY: 'set', ANIVAULT_TMDB_URL: /^http:\/\/127\.0\.0\.1:\d+$/ });
    t.match(details['settings'], { library: 'set', keyFrom: 'environment', keyKind: 'v3', cacheMegabytes: 512 });
    t.match(details['terminal'], { LANG: 'en_US.UTF-8', stdout: false });
    t.match(details['component'], { works: true });
  }
});

t.test('--diag goes on where something is broken', async (t) => {
  const folder = t.testdir({});
  const state = stateFolder(rigEnvironment(folder));
  mkdirSync(state, { recursive: true });
  writeFileSync(path.join(state, 'settings.json'), 'no JSON');
  appendFileSync(path.join(state, 'rollback.jsonl'), 'no line\n');
  const result = await runCli(['status', '--diag'], folder);
  t.equal(result.exitCode, 10);
  t.match(eventsIn(result.stdout).at(-1), { type: 'diagnosis-summary', problems: 2 });
});

t.test('a user is taken out wherever the name is a part of a path', async (t) => {
  const mask = personMask({ environment: { HOME: '/home/ann', USER: 'ann' }, masker: makeMasker() });
  t.equal(mask('/home/ann/x /media/ann/y E:\\Users\\ann /home/anna/z annex'), '~/x /media/***/y E:\\Users\\*** /home/anna/z annex');
});

t.test('the ledger that is looked at is that of the program', async (t) => {
  const folder = t.testdir({});
  const limiter = path.join(stateFolder(rigEnvironment(folder)), 'limiter');
  const ledger = openTokenLedger(limiter, tmdbLimits, 15_000);
  await ledger.take(Date.now());
  t.match(statusIn(await runCli(['status', '--json'], folder)).limiter, { state: 'free', taken: 1 });
});
