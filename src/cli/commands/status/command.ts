import type { EventOf } from '../../../contract/cli-event.ts';
import { type CacheReport, showCache } from '../../../cache/cache-operations.ts';
import { buildInfo } from '../../../core/build-info.ts';
import { exitCodes } from '../../../core/exit-code.ts';
import { ProgramError } from '../../../core/program-error.ts';
import { stateFolder } from '../../../core/state-folder.ts';
import { tmdbLimits } from '../../../limiter/limits.ts';
import { lookAtLedger } from '../../../limiter/look-at-ledger.ts';
import { listOperations } from '../../../organize/operation-history.ts';
import { journalFile } from '../../../organize/rollback-journal.ts';
import { reportKey, reportSettings, userSettings } from '../../../settings/user-settings.ts';
import { cacheBound, cacheFolder, limiterFolder } from '../../../tmdb/open-tmdb.ts';
import type { Command, CommandContext } from '../../context.ts';

/**
 * `status`: the last operation, the cache, the pace and the settings, in short. Reads only and asks nobody. What cannot be read is told and left out, with
 * exit code 10: this is what people call when something is wrong.
 */
export const status: Command<unknown> = async (_options, context) => {
  const { emit } = context;
  await emit({ type: 'started', schema: 'cli-event.v1', command: 'status', version: buildInfo.version });
  let problems = 0;
  const look = lookThrough(context, async ({ code, message }) => {
    problems += 1;
    await emit({ type: 'problem', code, message });
  });
  const [operations, cache, limiter, settings, tmdbKey] = [
    await look.operations(),
    await look.cache(),
    await look.limiter(),
    await look.settings(),
    await look.tmdbKey(),
  ];
  await emit({
    type: 'status',
    version: buildInfo.version,
    operations: operations?.operations ?? 0,
    lastOperation: operations?.shown.at(-1) ?? null,
    cache: cache === undefined ? null : shortly(cache),
    limiter,
    tmdbKey: tmdbKey ?? null,
    settings: [...(settings ?? [])],
  });
  return problems > 0 ? exitCodes.partialSuccess : exitCodes.success;
};

/** What `status` and its `--diag` look at. What fails is told, and counts as not there. */
export interface StateLook {
  readonly operations: () => Promise<Awaited<ReturnType<typeof listOperations>> | undefined>;
  readonly cache: () => Promise<CacheReport | undefined>;
  readonly limiter: () => Promise<EventOf<'status'>['limiter']>;
  readonly settings: () => Promise<EventOf<'status'>['settings'] | undefined>;
  readonly tmdbKey: () => Promise<EventOf<'status'>['tmdbKey'] | undefined>;
}

export function lookThrough(
  { environment, masker, signal }: CommandContext,
  onProblem: (problem: { readonly code: string; readonly message: string }) => Promise<void>,
): StateLook {
  const store = userSettings(environment, masker);
  const told = new Set<string>();
  const orNothing = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ProgramError)) throw error;
      // Settings that cannot be read are in the way of several.
      if (!told.has(error.message)) await onProblem(error);
      told.add(error.message);
      return undefined;
    }
  };
  return {
    operations: () => orNothing(() => listOperations(journalFile(stateFolder(environment)), 1, damaged(onProblem), signal)),
    cache: () => orNothing(async () => showCache(cacheFolder(environment), cacheBound((await store.read()).cacheMegabytes), Date.now())),
    settings: () => orNothing(async () => [...(await reportSettings(store))]),
    tmdbKey: () => orNothing(() => reportKey(store)),
    limiter: async () => {
      const { pausedUntil, tokens, taken } = await lookAtLedger(limiterFolder(environment), tmdbLimits, Date.now());
      return pausedUntil === undefined
        ? { state: 'free', tokens, taken }
        : { state: 'paused', pausedUntil: new Date(pausedUntil).toISOString(), tokens, taken };
    },
  };
}

/** Damaged lines are told once, as many as there are. */
function damaged(onProblem: Parameters<typeof lookThrough>[1]): (line: number) => Promise<void> {
  let first = true;
  return async (line) => {
    if (first)
      await onProblem({ code: 'journal-line-damaged', message: `Line ${line} of the journal is damaged; \`anivault log\` tells of all` });
    first = false;
  };
}

const shortly = ({
  entries,
  bytes,
  mostBytes,
  quarantined,
  hitRate,
  lastHitRate,
}: CacheReport): NonNullable<EventOf<'status'>['cache']> => ({
  entries,
  bytes,
  mostBytes,
  quarantined,
  hitRate: hitRate ?? null,
  lastHitRate: lastHitRate ?? null,
});
