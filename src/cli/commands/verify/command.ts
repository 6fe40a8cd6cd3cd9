import type { EventOf } from '../../../contract/cli-event.ts';
import { buildInfo } from '../../../core/build-info.ts';
import { exitCodes } from '../../../core/exit-code.ts';
import { ProgramError } from '../../../core/program-error.ts';
import { componentTrials } from '../../../native/component-trials.ts';
import { reportKey, userSettings } from '../../../settings/user-settings.ts';
import { openTmdb } from '../../../tmdb/open-tmdb.ts';
import type { Command, CommandContext } from '../../context.ts';
import { startFigures } from '../../figures.ts';

interface VerifyOptions {
  /** Look at the parts of the program only. */
  readonly components: boolean;
  /** Look at the key, and ask nobody. */
  readonly offline: boolean;
}

/** What became of the question to TMDB, and the failure that the command ends with. */
interface TmdbVerdict {
  readonly event: EventOf<'tmdb'>;
  readonly problem?: ProgramError;
}

/**
 * `verify`: loads every native part and has it do something whose answer is known; then asks TMDB whether it is there and takes the key. Exit code 1 when a part
 * does not work; a key that is missing or refused, and a service that is not there, are errors.
 */
export const verify: Command<VerifyOptions> = async (options, context) => {
  const { emit, signal } = context;
  const figures = startFigures();
  await emit({ type: 'started', schema: 'cli-event.v1', command: 'verify', version: buildInfo.version });
  let working = 0;
  for (const trial of componentTrials) {
    signal.throwIfAborted();
    const report = await trial();
    if (report.works) working += 1;
    await emit({ type: 'component', ...report });
  }
  const verdict = options.components ? undefined : await askTmdb(options.offline, context);
  if (verdict !== undefined) await emit(verdict.event);
  const works = verdict?.event.works ?? undefined;
  await emit({
    type: 'verify-summary',
    components: componentTrials.length,
    working,
    tmdb: works === undefined ? 'not-asked' : works ? 'works' : 'failed',
    ...figures(),
  });
  if (working < componentTrials.length) return exitCodes.fatal;
  if (verdict?.problem !== undefined) throw verdict.problem;
  return exitCodes.success;
};

async function askTmdb(offline: boolean, { environment, masker, signal, log }: CommandContext): Promise<TmdbVerdict> {
  const settings = userSettings(environment, masker);
  await using tmdb = await openTmdb({ environment, settings, offline, onRetry: (text) => log.warn(text) });
  const about = { type: 'tmdb', address: tmdb.address.origin, key: await reportKey(settings) } as const;
  try {
    // Throws what is wrong with it.
    await settings.tmdbKey();
    if (offline) return { event: { ...about, works: null } };
    const { durationMs } = await tmdb.check(signal);
    return { event: { ...about, works: true, answerMs: Math.round(durationMs) } };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ProgramError)) throw error;
    const { code, message } = error;
    return { event: { ...about, works: offline ? null : false, problem: { code, message } }, problem: error };
  }
}
