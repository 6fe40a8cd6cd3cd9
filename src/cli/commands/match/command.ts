import type { EventOf } from '../../../contract/cli-event.ts';
import { exitCodes } from '../../../core/exit-code.ts';
import { type FileMatch, matchFiles } from '../../../match/match-files.ts';
import type { Command } from '../../context.ts';
import { startFigures } from '../../figures.ts';
import { startInFolder } from '../../start-in-folder.ts';
import { lookThrough } from '../organize/look-through.ts';
import { tallyMatches } from './match-tally.ts';
import { type AskingOptions, openMatching } from './open-matching.ts';

interface MatchOptions extends AskingOptions {
  readonly folder: string;
}

/**
 * `match DIR`: which title of TMDB each file is of, and how sure that is. Changes no file. Exit code 10 when some are not sure, and an error when no file
 * at all could be asked for.
 */
export const match: Command<MatchOptions> = async (options, context) => {
  const { emit, signal } = context;
  const figures = startFigures();
  const source = await startInFolder('match', options.folder, context);
  const { files, problems } = await lookThrough(source, context);
  const tally = tallyMatches();
  await using matching = await openMatching(options, context);
  {
    using bar = context.progress.start('Matching', 'files');
    bar.expect(files.length);
    for await (const one of matchFiles(files, source, matching.matcher, signal)) {
      bar.advance();
      tally.add(one);
      await emit(matchEvent(one));
    }
  }
  await emit({ type: 'match-summary', ...tally.numbers(), problems, ...matching.figures(), ...figures() });
  const nothing = tally.nothingAnswered();
  if (nothing !== undefined) throw nothing;
  return problems > 0 ? exitCodes.partialSuccess : tally.exitCode();
};

/** What became of a file, as an event. */
export function matchEvent(found: FileMatch): EventOf<'match'> {
  const { path: file, verdict } = found;
  switch (verdict) {
    case 'not-understood':
      return { type: 'match', path: file, verdict, candidates: [] };
    case 'unanswered':
      return { type: 'match', path: file, verdict, candidates: [], problem: { code: found.problem.code, message: found.problem.message } };
    case 'matched':
    case 'uncertain':
    case 'none': {
      const { query, candidates, tie, from } = found;
      return {
        type: 'match',
        path: file,
        verdict,
        query,
        candidates: candidates.map(({ place, ...one }) => ({
          ...one,
          reasons: [...one.reasons],
          ...(place === undefined ? {} : { place: { ...place, episodes: [...place.episodes] } }),
        })),
        ...(tie === undefined ? {} : { tie }),
        from,
      };
    }
  }
}
