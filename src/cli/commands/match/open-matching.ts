import type { EventOf } from '../../../contract/cli-event.ts';
import { hitRate } from '../../../cache/figures.ts';
import { type Matcher, makeMatcher } from '../../../match/match-name.ts';
import { settingDefaults } from '../../../settings/setting-names.ts';
import { type PlainSettings, type SettingsStore } from '../../../settings/settings-store.ts';
import { userSettings } from '../../../settings/user-settings.ts';
import { openTmdb } from '../../../tmdb/open-tmdb.ts';
import type { CommandContext } from '../../context.ts';

/** What the command line says about asking TMDB. */
export interface AskingOptions {
  /** Ask nothing of the network: use what the cache has. */
  readonly offline: boolean;
  /** Language of titles; else what the settings say. */
  readonly language?: string;
}

/** What a summary tells of the questions that were asked. */
export type AskingFigures = Pick<EventOf<'match-summary'>, 'offline' | 'hits' | 'misses' | 'stale' | 'hitRate'>;

/** A matcher on TMDB with the user's settings, for one command. Disposing of it writes the cache's figures. */
export interface Matching extends AsyncDisposable {
  readonly matcher: Matcher;
  /** So far. */
  readonly figures: () => AskingFigures;
  /** Answers that were put into the cache so far. */
  readonly fetched: () => number;
}

/** Opens settings, cache, limiter and client. Nothing is asked yet, and no key is looked for. */
export async function openMatching(options: AskingOptions, context: CommandContext): Promise<Matching> {
  const { environment, masker, log } = context;
  const store: SettingsStore = userSettings(environment, masker);
  const settings: PlainSettings = await store.read();
  const tmdb = await openTmdb({ environment, settings: store, offline: options.offline, onRetry: (text) => log.warn(text) });
  return {
    matcher: makeMatcher(tmdb.source, {
      language: options.language ?? settings.language ?? settingDefaults.language,
      includeAdult: settings.includeAdult ?? settingDefaults.includeAdult,
    }),
    figures: () => {
      const { hits, misses, expired, stale } = tmdb.cache.figures();
      return { offline: options.offline, hits, misses: misses + expired, stale, hitRate: hitRate(tmdb.cache.figures()) ?? null };
    },
    fetched: () => tmdb.cache.figures().stored,
    [Symbol.asyncDispose]: async () => {
      const { hits, misses } = tmdb.cache.figures();
      log.info('asked TMDB', { hits, misses, limiter: tmdb.limiterMode() });
      await tmdb[Symbol.asyncDispose]();
    },
  };
}
