import { Readable } from 'node:stream';
import t from 'tap';
import type { EventOf } from '../../../contract/cli-event.ts';
import { startStandInHere } from '../../../testing/tmdb-stand-in-here.ts';
import { standInKeys } from '../../../testing/tmdb-stand-in.ts';
import { type CliRun, runCli } from '../../cli-rig.ts';

const tmdbIn = ({ events }: CliRun): EventOf<'tmdb'> | undefined =>
  events().find((event): event is EventOf<'tmdb'> => event.type === 'tmdb');
const summaryIn = ({ events }: CliRun): EventOf<'verify-summary'> | undefined =>
  events().find((event): event is EventOf<'verify-summary'> => event.type === 'verify-summary');

t.test('everything works', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const folder = t.testdir({});
  const result = await runCli(['verify', '--json'], folder, { environment });
  t.equal(result.exitCode, 0);
  t.match(tmdbIn(result), {
    works: true,
    address: environment.ANIVAULT_TMDB_URL.replace(/\/$/, ''),
    key: { from: 'environment', kind: 'v3' },
    answerMs: Number,
  });
  t.match(summaryIn(result), { components: 2, working: 2, tmdb: 'works' });
  t.same(
    (await standIn.seen()).map(({ what }) => what),
    ['/3/authentication'],
  );
  const people = await runCli(['verify'], folder, { environment });
  t.match(people.stdout, /^ok {6}TMDB \(http:.*\)\n {2}key +\*\*\* API key \(v3\), from ANIVAULT_TMDB_KEY\n {2}answer {2}takes the key/m);
  t.match(people.stdout, /^2 of 2 components work; TMDB works$/m);
});

t.test('--components asks nobody and needs no key', async (t) => {
  const folder = t.testdir({});
  const result = await runCli(['verify', '--components', '--json'], folder);
  t.equal(result.exitCode, 0);
  t.equal(tmdbIn(result), undefined);
  t.match(summaryIn(result), { working: 2, tmdb: 'not-asked' });
});

t.test('what is wrong with TMDB is told, after all that works', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const folder = t.testdir({});
  const wrong = 'f'.repeat(32);
  const cases: readonly (readonly [string, number, Readonly<Record<string, string>>])[] = [
    ['tmdb-key-missing', 2, { ...environment, ANIVAULT_TMDB_KEY: '' }],
    ['tmdb-key-refused', 2, { ...environment, ANIVAULT_TMDB_KEY: wrong }],
    ['tmdb-key-malformed', 2, { ...environment, ANIVAULT_TMDB_KEY: 'hunter2hunter2' }],
    ['tmdb-unreachable', 1, { ...environment, ANIVAULT_TMDB_URL: 'http://127.0.0.1:9/' }],
  ];
  for (const [code, exitCode, given] of cases) {
    const result = await runCli(['verify', '--json'], folder, { environment: given });
    t.equal(result.exitCode, exitCode, code);
    t.match(tmdbIn(result), { works: false, problem: { code } }, code);
    t.match(summaryIn(result), { working: 2, tmdb: 'failed' }, code);
    t.match(result.events().at(-1), { type: 'error', code, hint: /\w/, exitCode }, code);
    t.notMatch(result.stdout, new RegExp(`${wrong}|hunter2`), code);
  }
  const people = await runCli(['verify'], folder, { environment: { ...environment, ANIVAULT_TMDB_KEY: '' } });
  t.match(people.stdout, /^FAILED {2}TMDB .*\n {2}key +none: `anivault settings tmdb-key` asks for one\n/m);
  t.match(people.stderr, /^error: There is no key to TMDB\nhint: Get a key at /);
});

t.test('--offline looks for a key and asks nobody', async (t) => {
  await using standIn = await startStandInHere();
  const { ANIVAULT_TMDB_URL } = standIn.environment;
  const folder = t.testdir({});
  const given = { environment: { ANIVAULT_TMDB_URL } };
  const none = await runCli(['verify', '--offline', '--json'], folder, given);
  t.match([none.exitCode, none.events().at(-1)], [2, { type: 'error', code: 'tmdb-key-missing' }]);
  await runCli(['settings', 'tmdb-key'], folder, { stdin: Readable.from([standInKeys.v4]) });
  const result = await runCli(['verify', '--offline', '--json'], folder, given);
  t.equal(result.exitCode, 0);
  t.match(tmdbIn(result), { works: null, key: { from: 'settings', kind: 'v4' } });
  t.match(summaryIn(result), { tmdb: 'not-asked' });
  t.equal((await standIn.seen()).length, 0);
});
