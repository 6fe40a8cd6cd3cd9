import type { Finding } from '../../core/outcome.ts';
import type { CleanInstallFacts, MatchFacts } from './facts.ts';
import { none, unchanged, when } from './findings.ts';
import { SCANNED, SUCCESS, judgeEvents } from './judge-run.ts';

/** Of the questions that were asked before, so many must the cache answer. */
const LEAST_HIT_RATE = 0.9;

/** How the program keeps its key, and what it knows with it. */
export function judgeService({ settings, matching, key }: CleanInstallFacts): readonly Finding[] {
  return [
    ...judgeEvents(settings.keep, SUCCESS, []),
    ...judgeEvents(
      settings.shown,
      SUCCESS,
      when(
        settings.keyFrom !== 'settings' || settings.keyProblem !== undefined,
        'key-not-kept',
        `The key that was stored is not there for the next command: ${settings.keyProblem ?? settings.keyFrom}`,
        'Try `settings tmdb-key` and `settings` on such a guest.',
      ),
    ),
    ...none(
      key.found,
      'key-in-clear',
      'The key stands where anybody can read it',
      'Keep keys sealed, and mask them in all that is written.',
    ),
    ...(matching.state === 'tried' ? judgeMatching(matching) : []),
  ];
}

function judgeMatching({
  first,
  again,
  differing,
  treeAfter,
}: Extract<CleanInstallFacts['matching'], { state: 'tried' }>): readonly Finding[] {
  const asked = again.hits + again.misses;
  const rate = asked === 0 ? 0 : again.hits / asked;
  return [
    ...judgeOneMatch(
      first,
      when(
        first.misses === 0,
        'match-unasked',
        'The first match says that it asked nobody',
        'On a fresh machine there is no cache: look at what was counted.',
      ),
    ),
    ...judgeOneMatch(again, [
      ...when(
        rate < LEAST_HIT_RATE,
        'cache-cold',
        `The second match had ${again.hits} of ${asked} answers from its cache`,
        'Keep what TMDB said, what it did not find too.',
      ),
      ...none(
        differing,
        'match-differs',
        'With only the cache to ask, the second match tells something else',
        'The cache must keep answers whole.',
      ),
      ...unchanged(treeAfter, 'match-changes', 'A match changed the library', 'A match must leave every file alone.'),
    ]),
  ];
}

const judgeOneMatch = (match: MatchFacts, more: readonly Finding[]): readonly Finding[] =>
  judgeEvents(match.run, SCANNED, [
    ...none(
      match.notReported,
      'match-incomplete',
      'The match does not tell of videos',
      'Say of every video what it is, or that it is not known.',
    ),
    ...none(match.foreign, 'match-foreign', 'The match tells of what is no video of the library', 'Report paths as they are on the disk.'),
    ...none(
      match.mistaken,
      'match-mistaken',
      'Plain names of known titles were not matched with them',
      'Look at the queries and at the confidence.',
    ),
    ...more,
  ]);
