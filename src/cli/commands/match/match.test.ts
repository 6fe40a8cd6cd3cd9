import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { CliEvent, EventOf } from '../../../contract/cli-event.ts';
import { stateFolder } from '../../../core/state-folder.ts';
import { startStandInHere } from '../../../testing/tmdb-stand-in-here.ts';
import { startStandInProcess } from '../../../testing/tmdb-stand-in-process.ts';
import { standInKeys } from '../../../testing/tmdb-stand-in.ts';
import { type CliRun, eventsIn, rigEnvironment, runCli } from '../../cli-rig.ts';

const library = {
  '[Lab] Shingeki no Kyojin - 27 [1080p].mkv': '',
  '[Lab] Shingeki no Kyojin - 05 [1080p].mkv': '',
  'Hunter x Hunter - 05.mkv': '',
  'Zzyzx Quux - 01.mkv': '',
  '01.mkv': '',
  films: { 'Kimi no Na wa (2016) Movie.mkv': '' },
  'Fruits Basket (2019)': { 'Season 01': { 'Fruits Basket - S01E02.mkv': '' } },
};

const matchesIn = (events: readonly CliEvent[]): ReadonlyMap<string, EventOf<'match'>> =>
  new Map(events.flatMap((event) => (event.type === 'match' ? [[event.path, event]] : [])));
const summaryOf = ({ events }: CliRun): EventOf<'match-summary'> => {
  const found = events().find((event): event is EventOf<'match-summary'> => event.type === 'match-summary');
  if (found === undefined) throw new Error('there is no summary');
  return found;
};

t.test('each file is told with what it is and how sure that is', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const folder = t.testdir({ in: library });
  const result = await runCli(['match', 'in', '--json'], folder, { environment });
  t.equal(result.exitCode, 10);
  const matches = matchesIn(result.events());
  t.match(matches.get('[Lab] Shingeki no Kyojin - 27 [1080p].mkv'), {
    verdict: 'matched',
    query: 'Shingeki no Kyojin',
    from: 'network',
    candidates: [{ kind: 'tv', title: 'Attack on Titan', year: 2013, place: { how: 'absolute', season: 2, episodes: [2] } }],
  });
  t.match(matches.get('Hunter x Hunter - 05.mkv'), { verdict: 'uncertain', tie: /a year in the name would tell them apart/ });
  t.match(matches.get('Zzyzx Quux - 01.mkv'), { verdict: 'none', candidates: [] });
  t.match(matches.get('01.mkv'), { verdict: 'not-understood', candidates: [] });
  t.match(matches.get('films/Kimi no Na wa (2016) Movie.mkv'), {
    verdict: 'matched',
    candidates: [{ kind: 'movie', title: 'Your Name.' }],
  });
  t.match(
    matches.get('Fruits Basket (2019)/Season 01/Fruits Basket - S01E02.mkv'),
    { verdict: 'matched', candidates: [{ title: 'Fruits Basket', year: 2019 }] },
    'the folder tells the remake apart',
  );
  for (const match of matches.values()) {
    for (const { confidence, reasons } of match.candidates) {
      t.ok(confidence >= 0 && confidence <= 1 && reasons.length > 2, match.path);
    }
  }
  t.match(result.events().at(-1), {
    type: 'match-summary',
    files: 7,
    matched: 4,
    uncertain: 1,
    none: 1,
    notUnderstood: 1,
    unanswered: 0,
    titles: 3,
    problems: 0,
    offline: false,
    hits: 0,
    hitRate: 0,
  });

  const people = await runCli(['match', 'in', '--offline'], folder, { environment });
  t.equal(people.exitCode, 10);
  t.match(people.stdout, /^sure +\[Lab\] Shingeki no Kyojin - 27 \[1080p\]\.mkv\n +-> Attack on Titan \(2013\) S02E02, \d/m);
  t.match(people.stdout, /^UNCERTAIN +Hunter x Hunter - 05\.mkv\n +\d.* Hunter x Hunter \(\d+\) S01E05, series: .*animated/m);
  t.match(people.stdout, /^From the cache +\d+ of \d+ answers \(100\.0 %\)$/m);
  t.match((await runCli(['match', 'in', '--offline', '--verbose'], folder, { environment })).stdout, /100 % like "Shingeki no Kyojin"/);
});

t.test('files of one series cost one set of requests', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const names = Array.from({ length: 24 }, (_, index) => [`[Lab] Mob Psycho 100 - ${String(index + 1).padStart(2, '0')}.mkv`, '']);
  const folder = t.testdir({ one: { '[Lab] Mob Psycho 100 - 01.mkv': '' }, many: Object.fromEntries(names) });
  t.equal(
    (
      await runCli(['match', 'one'], folder, {
        environment: { ...environment, LOCALAPPDATA: `${folder}/a`, XDG_STATE_HOME: `${folder}/a` },
      })
    ).exitCode,
    0,
  );
  const each = (await standIn.seen()).length;
  const result = await runCli(['match', 'many', '--json'], folder, { environment });
  t.match(summaryOf(result), { files: 24, matched: 24, titles: 1 });
  t.equal((await standIn.seen()).length, 2 * each);
});

t.test('the language is that of the command line, then of the settings', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const folder = t.testdir({ in: { 'Shingeki no Kyojin - 05.mkv': '' } });
  const titleIn = async (...more: readonly string[]): Promise<string | undefined> =>
    [...matchesIn((await runCli(['match', 'in', '--json', ...more], folder, { environment })).events()).values()][0]?.candidates[0]?.title;
  t.equal(await titleIn(), 'Attack on Titan');
  t.equal(await titleIn('--language', 'ja_jp'), '進撃の巨人');
  await runCli(['settings', 'set', 'language', 'ko-KR'], folder);
  t.equal(await titleIn(), '진격의 거인');
  t.equal(await titleIn('--language', 'en-US'), 'Attack on Titan');
  t.match(await runCli(['match', 'in', '--language', 'klingon'], folder), { exitCode: 1, stderr: /Languages look like this: en-US/ });
});

t.test('the key: none, a wrong one, one that only the settings have', async (t) => {
  await using standIn = await startStandInHere();
  const { ANIVAULT_TMDB_URL } = standIn.environment;
  const folder = t.testdir({ in: { 'Bleach - 05.mkv': '' } });
  const match = async (environment: Readonly<Record<string, string>>): Promise<CliRun> =>
    runCli(['match', 'in', '--json'], folder, { environment: { ANIVAULT_TMDB_URL, ...environment } });
  const none = await match({});
  t.match([none.exitCode, none.events().at(-1)], [2, { type: 'error', code: 'tmdb-key-missing', hint: /settings tmdb-key/ }]);
  t.equal((await standIn.seen()).length, 0);
  const wrong = standInKeys.v3.replace('0', 'f');
  const refused = await match({ ANIVAULT_TMDB_KEY: wrong });
  t.match([refused.exitCode, refused.events().at(-1)], [2, { type: 'error', code: 'tmdb-key-refused', hint: /Check the key/ }]);
  t.notOk(refused.stdout.includes(wrong));
  t.notOk(
    refused.events().some(({ type }) => type === 'match'),
    'nothing is said of files',
  );
  const { Readable } = await import('node:stream');
  await runCli(['settings', 'tmdb-key'], folder, { stdin: Readable.from([standInKeys.v4]) });
  t.equal((await match({})).exitCode, 0);
  t.equal((await standIn.seen()).at(-1)?.keyKind, 'v4');
  t.equal((await match({ ANIVAULT_TMDB_KEY: wrong })).exitCode, 0, 'what is in the cache needs no key');
});

t.test('offline only the cache answers', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const folder = t.testdir({ in: { 'Bleach - 05.mkv': '' }, more: { 'Bleach - 05.mkv': '', 'Blue Lock - 05.mkv': '' } });
  const nothing = await runCli(['match', 'in', '--offline', '--json'], folder, { environment });
  t.match([nothing.exitCode, nothing.events().at(-1)], [1, { type: 'error', code: 'tmdb-offline', hint: /once without --offline/ }]);
  t.match(summaryOf(nothing), { files: 1, unanswered: 1, offline: true });
  t.equal((await standIn.seen()).length, 0);
  t.equal((await runCli(['match', 'in'], folder, { environment })).exitCode, 0);
  const asked = (await standIn.seen()).length;
  const part = await runCli(['match', 'more', '--offline', '--json'], folder, { environment: {} });
  t.equal(part.exitCode, 1, 'another service has answers of its own');
  const some = await runCli(['match', 'more', '--offline', '--json'], folder, { environment });
  t.equal(some.exitCode, 10);
  t.match(summaryOf(some), { files: 2, matched: 1, unanswered: 1 });
  t.match(matchesIn(some.events()).get('Blue Lock - 05.mkv'), { verdict: 'unanswered', problem: { code: 'tmdb-offline' } });
  t.equal((await standIn.seen()).length, asked);
});

t.test('a second run of the real program has at least 90 % of its answers from the cache', async (t) => {
  await using standIn = await startStandInProcess();
  const folder = t.testdir({ in: library });
  const run = async (): Promise<readonly CliEvent[]> => {
    const child = spawn(process.execPath, ['--no-warnings', path.join(import.meta.dirname, '../../../main.ts'), 'match', 'in', '--json'], {
      cwd: folder,
      env: { ...process.env, ...rigEnvironment(folder), ...standIn.environment },
    });
    let stdout = '';
    child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
    await once(child, 'close');
    t.equal(child.exitCode, 10);
    return eventsIn(stdout);
  };
  const first = await run();
  const asked = (await standIn.seen()).length;
  const second = await run();
  const [before, after] = [first, second].map((events) => events.at(-1));
  t.match(before, { type: 'match-summary', hitRate: 0 });
  t.ok(after?.type === 'match-summary' && (after.hitRate ?? 0) >= 0.9, `hit rate ${after?.type === 'match-summary' ? after.hitRate : ''}`);
  t.equal((await standIn.seen()).length, asked, 'nothing at all was asked');
  const told = (events: readonly CliEvent[]): unknown =>
    events.flatMap((event) => (event.type === 'match' ? [{ ...event, from: '' }] : []));
  t.same(told(second), told(first), 'and the answers are the same');
});

t.test('a folder that is no cache ends with the code for it', async (t) => {
  const folder = t.testdir({ in: { 'Bleach - 05.mkv': '' }, '.state': {} });
  await runCli(['settings', 'set', 'language', 'en-US'], folder);
  writeFileSync(path.join(stateFolder(rigEnvironment(folder)), 'cache'), 'no folder');
  const result = await runCli(['match', 'in', '--offline', '--json'], folder);
  t.match([result.exitCode, result.events().at(-1)], [7, { type: 'error', code: 'cache-corrupt', hint: /cache clear/ }]);
});

t.test('spoilt entries are put aside and asked for again', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const folder = t.testdir({ in: { 'Bleach - 05.mkv': '' } });
  await runCli(['match', 'in'], folder, { environment });
  const entries = path.join(stateFolder(rigEnvironment(folder)), 'cache/entries');
  for (const file of readdirSync(entries, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const entry = path.join(file.parentPath, file.name);
    writeFileSync(entry, readFileSync(entry, 'utf8').replace('Bleach', 'Blaech'));
  }
  const result = await runCli(['match', 'in', '--json'], folder, { environment });
  t.equal(result.exitCode, 0);
  t.match([...matchesIn(result.events()).values()][0], { candidates: [{ title: 'Bleach' }] });
  t.match(result.events().at(-1), { hitRate: 0 });
});

t.test('an interrupted match says so', async (t) => {
  const folder = t.testdir({ in: library });
  const { ProgramError } = await import('../../../core/program-error.ts');
  const signal = AbortSignal.abort(new ProgramError('interrupted', 'Stopped by SIGINT'));
  const result = await runCli(['match', 'in', '--json'], folder, { signal });
  t.match([result.exitCode, result.events().at(-1)], [130, { type: 'error', code: 'interrupted' }]);
});
