import { clearCache, showCache } from '../../../cache/cache-operations.ts';
import { buildInfo } from '../../../core/build-info.ts';
import { exitCodes } from '../../../core/exit-code.ts';
import { matchFiles } from '../../../match/match-files.ts';
import { userSettings } from '../../../settings/user-settings.ts';
import { cacheBound, cacheFolder } from '../../../tmdb/open-tmdb.ts';
import { confirm } from '../../ask.ts';
import type { Command } from '../../context.ts';
import { startFigures } from '../../figures.ts';
import { startInFolder } from '../../start-in-folder.ts';
import { count, size } from '../../quantities.ts';
import { tallyMatches } from '../match/match-tally.ts';
import { type AskingOptions, openMatching } from '../match/open-matching.ts';
import { lookThrough } from '../organize/look-through.ts';

/** `cache show`: what there is, and how well it does. Exit code 7 when the folder is no cache. */
export const showCacheFigures: Command<unknown> = async (_options, { emit, environment, masker }) => {
  await emit({ type: 'started', schema: 'cli-event.v1', command: 'cache show', version: buildInfo.version });
  const { cacheMegabytes } = await userSettings(environment, masker).read();
  const { oldestUse, hitRate, lastHitRate, last, ...report } = await showCache(
    cacheFolder(environment),
    cacheBound(cacheMegabytes),
    Date.now(),
  );
  await emit({
    type: 'cache',
    ...report,
    ...(oldestUse === undefined ? {} : { oldestUse: new Date(oldestUse).toISOString() }),
    ...(last === undefined ? {} : { last }),
    hitRate: hitRate ?? null,
    lastHitRate: lastHitRate ?? null,
  });
  return exitCodes.success;
};

/** `cache clear`: asks first on a terminal. Works whatever is in the way, since it is what helps when the cache is damaged. */
export const emptyCache: Command<unknown> = async (_options, context) => {
  const folder = cacheFolder(context.environment);
  await context.emit({ type: 'started', schema: 'cli-event.v1', command: 'cache clear', version: buildInfo.version });
  const there = await showCache(folder, 0, Date.now()).catch(() => undefined);
  const what = there === undefined ? 'what is there' : `${count(there.entries)} answers of TMDB (${size(there.bytes)})`;
  const cleared = (there?.entries === 0 && there.quarantined === 0) || (await confirm(`Remove ${what}?`, context));
  const gone = cleared ? await clearCache(folder) : { entries: 0, bytes: 0 };
  await context.emit({ type: 'cache-cleared', folder, cleared, ...gone });
  return exitCodes.success;
};

interface WarmOptions extends Omit<AskingOptions, 'offline'> {
  readonly folder: string;
}

/** `cache warm DIR`: asks all that a later `match` or `run` of the folder will. */
export const warmCache: Command<WarmOptions> = async (options, context) => {
  const { emit, signal } = context;
  const figures = startFigures();
  const source = await startInFolder('cache warm', options.folder, context);
  const { files, problems } = await lookThrough(source, context);
  const tally = tallyMatches();
  await using matching = await openMatching({ ...options, offline: false }, context);
  {
    using bar = context.progress.start('Asking', 'files');
    bar.expect(files.length);
    // What is asked depends on what was answered, so that nothing less than matching asks for all of it.
    for await (const one of matchFiles(files, source, matching.matcher, signal)) {
      bar.advance();
      tally.add(one);
      if (one.verdict === 'unanswered') {
        await emit({ type: 'problem', code: one.problem.code, message: one.problem.message, path: one.path });
      }
    }
  }
  const { notUnderstood, unanswered } = tally.numbers();
  const known = files.length - notUnderstood - unanswered;
  await emit({
    type: 'cache-warmed',
    files: files.length,
    known,
    notUnderstood,
    unanswered,
    fetched: matching.fetched(),
    problems,
    ...matching.figures(),
    ...figures(),
  });
  const nothing = tally.nothingAnswered();
  if (nothing !== undefined) throw nothing;
  return unanswered > 0 || problems > 0 ? exitCodes.partialSuccess : exitCodes.success;
};
