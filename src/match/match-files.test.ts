import path from 'node:path';
import t from 'tap';
import { ProgramError, type ProgramErrorCode } from '../core/program-error.ts';
import { withFolderYear } from './folder-year.ts';
import { matchFiles } from './match-files.ts';
import type { MatchResult, Matcher } from './match-name.ts';

const never = new AbortController().signal;
const file = (title: string, number: number): { readonly path: string; readonly parsed: { title: string; episodes: string[] } } => ({
  path: `${title} - ${number}.mkv`,
  parsed: { title, episodes: [String(number)] },
});
const result = (query: string): MatchResult => ({ verdict: 'none', candidates: [], query, from: 'network' });

/** A matcher that fails at titles that are codes of failures, and answers the later the earlier it was asked. */
function scripted(): Matcher & { readonly most: () => number } {
  let [running, most] = [0, 0];
  return {
    most: () => most,
    match: async ({ title, episodes }, signal) => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 20 - Number(episodes[0]); turn > 0; turn -= 1) await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      signal.throwIfAborted();
      if (title.startsWith('tmdb-')) throw new ProgramError(title as ProgramErrorCode, title);
      return result(title);
    },
  };
}

t.test('files come in their order, though several are asked for at once', async (t) => {
  const matcher = scripted();
  const files = Array.from({ length: 20 }, (_, index) => file('Show', index));
  const paths: string[] = [];
  for await (const match of matchFiles(files, '/in', matcher, never)) paths.push(match.path);
  t.same(
    paths,
    files.map((one) => one.path),
  );
  t.ok(matcher.most() > 4 && matcher.most() < 20, `${matcher.most()} at once`);
});

t.test('an outage is one file’s, anything else is everybody’s', async (t) => {
  const files = [file('A', 1), file('tmdb-unreachable', 2), { path: 'x.mkv', parsed: undefined }, file('B', 3)];
  const verdicts: string[] = [];
  for await (const match of matchFiles(files, '/in', scripted(), never)) {
    verdicts.push(match.verdict === 'unanswered' ? match.problem.code : match.verdict);
  }
  t.same(verdicts, ['none', 'tmdb-unreachable', 'not-understood', 'none']);
  const fatal = matchFiles([file('A', 1), file('tmdb-key-refused', 2), file('B', 3)], '/in', scripted(), never);
  t.match((await fatal.next()).value, { verdict: 'none' });
  await t.rejects(fatal.next(), { code: 'tmdb-key-refused' });
});

t.test('whoever stops listening stops the asking', async (t) => {
  let ended = 0;
  const matcher: Matcher = {
    match: async ({ episodes }, signal) => {
      if (episodes[0] === '1') return result('A');
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      ended += 1;
      throw signal.reason as Error;
    },
  };
  for await (const _ of matchFiles([file('A', 1), file('A', 2), file('A', 3)], '/in', matcher, never)) break;
  t.equal(ended, 2);
  const stop = new AbortController();
  const asked = matchFiles([file('A', 2)], '/in', matcher, stop.signal).next();
  stop.abort(new ProgramError('tmdb-timeout', 'a stop is a stop, whatever its reason'));
  await t.rejects(asked, { message: /a stop is a stop/ });
});

t.test('the folder of a title tells its year', async (t) => {
  const name = { title: 'Fruits Basket', episodes: ['2'] };
  const cases: readonly (readonly [string, number | undefined])[] = [
    ['/lib/Fruits Basket (2019)/Season 01/Fruits Basket - S01E02.mkv', 2019],
    [String.raw`D:\Anime\Fruits Basket (2001)\Fruits Basket - 02.mkv`, 2001],
    ['/lib/fruits basket (2019)/x.mkv', 2019],
    ['/lib/Fruits Basket (2019)/Season 01/Extras/Fruits Basket - S01E02.mkv', undefined],
    ['/lib/Something Else (2019)/Fruits Basket - 02.mkv', undefined],
    ['/lib/Fruits Basket (1080)/Fruits Basket - 02.mkv', undefined],
    ['/lib/Fruits Basket/Fruits Basket - 02.mkv', undefined],
    ['Fruits Basket - 02.mkv', undefined],
  ];
  for (const [where, year] of cases) t.equal(withFolderYear(name, where).year, year, where);
  t.equal(
    withFolderYear({ ...name, year: 2001 }, path.join('/lib', 'Fruits Basket (2019)', 'x.mkv')).year,
    2001,
    'the name itself goes before',
  );
});
