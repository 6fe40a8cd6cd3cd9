import path from 'node:path';
import { exitCodes } from '../../../core/exit-code.ts';
import { type FileMatch, matchFiles } from '../../../match/match-files.ts';
import { type PlaceRules, placeByTitle } from '../../../match/place-by-title.ts';
import type { Destination } from '../../../organize/destination.ts';
import type { NamedFile } from '../../../organize/make-plan.ts';
import { writePlan } from '../../../organize/plan-file.ts';
import { planLibrary } from '../../../organize/plan-library.ts';
import type { Command, CommandContext } from '../../context.ts';
import { startFigures } from '../../figures.ts';
import { startInFolder } from '../../start-in-folder.ts';
import { matchEvent } from '../match/command.ts';
import { type MatchTally, tallyMatches } from '../match/match-tally.ts';
import { type AskingOptions, type Matching, openMatching } from '../match/open-matching.ts';
import { carryOut } from '../organize/carry-out.ts';
import { libraryOf } from '../organize/library-of.ts';
import { lookThrough } from '../organize/look-through.ts';
import { tellUnfinished } from '../organize/tell-unfinished.ts';

interface RunOptions extends AskingOptions {
  readonly folder: string;
  readonly to?: string;
  readonly apply: boolean;
  readonly copy: boolean;
  /** File that the plan is written to. */
  readonly plan?: string;
  readonly rules: PlaceRules;
}

/**
 * `run DIR`: looks through a folder, asks TMDB what the files are, plans where they belong and, with `--apply`, moves them there. Files of which that is not
 * sure stay, and so do those that could not be asked for; an error when that is all of them.
 */
export const runAll: Command<RunOptions> = async (options, context) => {
  const { emit, currentFolder } = context;
  const figures = startFigures();
  const library = await libraryOf(options.to, context);
  const source = await startInFolder('run', options.folder, context, library);
  const destination = library.folder;
  if (options.apply) await tellUnfinished(context);
  const found = await lookThrough(source, context);
  const tally = tallyMatches();
  await using matching = await openMatching(options, context);
  const places = await placesOf(found.files, source, { ...options, matching, tally }, context);
  const plan = await planLibrary(
    found,
    { source, destination },
    {
      place: (file) => places.get(file.path) ?? { stays: 'no-answer' },
      transfer: options.copy ? 'copy' : 'move',
    },
  );
  if (options.plan !== undefined) await writePlan(path.resolve(currentFolder, options.plan), plan);
  const { exitCode, ...done } = await carryOut(plan, options.apply, context);
  await emit({
    type: 'run-summary',
    applied: options.apply,
    ...tally.numbers(),
    problems: found.problems,
    ...done,
    ...matching.figures(),
    ...figures(),
  });
  const nothing = tally.nothingAnswered();
  if (nothing !== undefined) throw nothing;
  return exitCode === exitCodes.success && found.problems > 0 ? exitCodes.partialSuccess : exitCode;
};

/** Matches every file and says where each belongs. Tells of those that stay although TMDB has something like them. */
async function placesOf(
  files: readonly NamedFile[],
  source: string,
  { matching, tally, rules }: { readonly matching: Matching; readonly tally: MatchTally; readonly rules: PlaceRules },
  { emit, progress, signal }: CommandContext,
): Promise<ReadonlyMap<string, Destination>> {
  const places = new Map<string, Destination>();
  using bar = progress.start('Matching', 'files');
  bar.expect(files.length);
  for await (const match of matchFiles(files, source, matching.matcher, signal)) {
    bar.advance();
    tally.add(match);
    const place = placeByTitle(match, rules);
    places.set(match.path, place);
    if ('stays' in place && hasCandidates(match)) await emit(matchEvent(match));
  }
  return places;
}

const hasCandidates = (match: FileMatch): boolean => 'candidates' in match && match.candidates.length > 0;
