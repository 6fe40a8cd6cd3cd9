import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { stateFolder } from '../../../core/state-folder.ts';
import { startStandInHere } from '../../../testing/tmdb-stand-in-here.ts';
import { type Given, rigEnvironment, runCli } from '../../cli-rig.ts';

const library = { 'Bleach - 05.mkv': '', 'Blue Lock - 01.mkv': '', 'Zzyzx Quux - 01.mkv': '', '01.mkv': '' };
const cacheOf = (folder: string): string => path.join(stateFolder(rigEnvironment(folder)), 'cache');
/** A terminal on which somebody answers. */
const answering = (answer: string): Given => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  stdin.write(answer);
  return { stdin };
};

t.test('a cache that was never used is an empty one', async (t) => {
  const folder = t.testdir({});
  for (const args of [['cache'], ['cache', 'show']]) {
    const result = await runCli([...args, '--json'], folder);
    t.equal(result.exitCode, 0);
    t.match(result.events(), [
      { type: 'started', command: 'cache show' },
      { type: 'cache', folder: cacheOf(folder), entries: 0, bytes: 0, mostBytes: 512 * 2 ** 20, hitRate: null, lastHitRate: null },
    ]);
  }
  t.match((await runCli(['cache'], folder)).stdout, /^Answers +0\nSize +0 B of 512\.0 MiB \(0\.0 %\)\nHit rate +nothing was asked\n/);
  t.match(await runCli(['cache', 'claer'], folder), { exitCode: 1, stderr: /unknown command 'claer'.*Did you mean clear\?/s });
});

t.test('warm asks for all that a match needs, so that it works offline', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const folder = t.testdir({ in: library });
  const warmed = await runCli(['cache', 'warm', 'in', '--json'], folder, { environment });
  t.equal(warmed.exitCode, 0);
  t.match(warmed.events().at(-1), { type: 'cache-warmed', files: 4, known: 3, notUnderstood: 1, unanswered: 0, hitRate: 0 });
  const asked = (await standIn.seen()).length;
  t.match(warmed.events().at(-1), { fetched: asked });
  const offline = await runCli(['match', 'in', '--offline', '--json'], folder, { environment });
  t.match(offline.events().at(-1), { unanswered: 0, matched: 2, none: 1, hitRate: 1 });
  t.match((await runCli(['cache', 'warm', 'in', '--json'], folder, { environment })).events().at(-1), { fetched: 0, hitRate: 1 });
  t.equal((await standIn.seen()).length, asked);
  const show = (await runCli(['cache', '--json'], folder)).events().at(-1);
  t.match(show, { entries: asked, lastHitRate: 1, last: { hits: asked, misses: 0 }, total: { hits: 2 * asked, misses: asked } });
  t.ok(show?.type === 'cache' && show.bytes > 1_000 && Math.abs((show.hitRate ?? 0) - 2 / 3) < 0.001);
  t.match((await runCli(['cache'], folder)).stdout, /Hit rate +66\.7 % .*\nHit rate, last time +100\.0 % /);
  t.match((await runCli(['cache', 'warm', 'in'], folder, { environment })).stdout, /^Ready for offline +3\n.*\nFetched +0 answers\n/m);
});

t.test('warm says what it could not get', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const folder = t.testdir({ in: { 'Bleach - 05.mkv': '', 'Blue Lock - 01.mkv': '' } });
  await standIn.add({ kind: 'html', times: 1 });
  const some = await runCli(['cache', 'warm', 'in', '--json'], folder, { environment });
  t.equal(some.exitCode, 10);
  t.match(some.events().at(-1), { type: 'cache-warmed', known: 1, unanswered: 1 });
  t.match(
    some.events().find(({ type }) => type === 'problem'),
    { code: 'tmdb-answer', path: /\.mkv$/ },
  );
  const none = await runCli(['cache', 'warm', 'in', '--json'], t.testdir({ in: library }), {
    environment: { ...environment, ANIVAULT_TMDB_KEY: '' },
  });
  t.match([none.exitCode, none.events().at(-1)], [2, { type: 'error', code: 'tmdb-key-missing' }]);
});

t.test('clear asks first, unless told not to', async (t) => {
  await using standIn = await startStandInHere();
  const { environment } = standIn;
  const folder = t.testdir({ in: library });
  await runCli(['cache', 'warm', 'in'], folder, { environment });
  const entries = (await standIn.seen()).length;
  const nobody = await runCli(['cache', 'clear', '--json'], folder);
  t.match([nobody.exitCode, nobody.events().at(-1)], [1, { type: 'error', code: 'confirmation-needed', hint: /--yes/ }]);
  const no = await runCli(['cache', 'clear'], folder, answering('n\n'));
  t.match(no, {
    exitCode: 0,
    stdout: 'Nothing was removed.\n',
    stderr: new RegExp(`^Remove ${entries} answers of TMDB \\(.*\\)\\? \\[y/N\\] $`),
  });
  t.match((await runCli(['cache', '--json'], folder)).events().at(-1), { entries });
  const yes = await runCli(['cache', 'clear', '--json'], folder, answering('y\n'));
  t.match(yes.events().at(-1), { type: 'cache-cleared', cleared: true, entries });
  t.notOk(existsSync(cacheOf(folder)));
  t.match(await runCli(['cache', 'clear'], folder), { exitCode: 0, stdout: 'The cache is empty.\n' }, 'there is nothing to ask about');
  await runCli(['cache', 'warm', 'in'], folder, { environment });
  t.match((await runCli(['cache', 'clear', '--yes', '--json'], folder)).events().at(-1), { cleared: true, entries });
});

t.test('what is no cache has its exit code, and clear helps', async (t) => {
  const folder = t.testdir({});
  const cache = cacheOf(folder);
  mkdirSync(path.dirname(cache), { recursive: true });
  for (const make of [
    () => writeFileSync(cache, 'no folder'),
    () => {
      mkdirSync(cache);
      writeFileSync(path.join(cache, 'entries'), 'no folder');
    },
  ]) {
    make();
    const show = await runCli(['cache', 'show', '--json'], folder);
    t.match([show.exitCode, show.events().at(-1)], [7, { type: 'error', code: 'cache-corrupt', hint: /cache clear/ }]);
    t.equal((await runCli(['cache', 'clear', '--yes'], folder)).exitCode, 0);
    t.equal((await runCli(['cache', 'show'], folder)).exitCode, 0);
    rmSync(cache, { recursive: true, force: true });
  }
});
