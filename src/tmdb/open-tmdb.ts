import path from 'node:path';
import { type DiskCache, openDiskCache } from '../cache/disk-cache.ts';
import { stateFolder } from '../core/state-folder.ts';
import type { LimiterMode } from '../limiter/limiter-state.ts';
import { tmdbLimits } from '../limiter/limits.ts';
import { makeRateLimiter } from '../limiter/rate-limiter.ts';
import { openTokenLedger } from '../limiter/token-ledger.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { cachedSource, offlineSource } from './cached-source.ts';
import { givingUpSource } from './giving-up-source.ts';
import { checkKey } from './requests.ts';
import { tmdbAddress } from './tmdb-address.ts';
import { TMDB_TIMEOUT_MS, makeTmdbClient } from './tmdb-client.ts';
import { tmdbTimeoutMs } from './tmdb-timeout.ts';
import type { TmdbSource } from './tmdb-source.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** All that a command needs to ask TMDB. Disposing of it writes the cache's figures. */
export interface Tmdb extends AsyncDisposable {
  /** Through the cache. */
  readonly source: TmdbSource;
  readonly cache: DiskCache;
  readonly address: URL;
  readonly limiterMode: () => LimiterMode;
  /** Asks TMDB itself whether it is there and takes the key; resolves with the time it took. Throws a `ProgramError` that says what is wrong. */
  readonly check: (signal: AbortSignal) => Promise<{ readonly durationMs: number }>;
}

export interface TmdbOptions {
  readonly environment: Environment;
  readonly settings: SettingsStore;
  /** Ask nothing of the network: what the cache does not have fails with `tmdb-offline`. */
  readonly offline: boolean;
  /** Told of attempts that are repeated. */
  readonly onRetry?: (text: string) => void;
}

const MEGABYTE = 2 ** 20;
const DEFAULT_CACHE_MEGABYTES = 512;

/** Where all processes of a user share the pace. */
export const limiterFolder = (environment: Environment): string => path.join(stateFolder(environment), 'limiter');
/** Where the cache is. */
export const cacheFolder = (environment: Environment): string => path.join(stateFolder(environment), 'cache');
/** Its bound in bytes, from the settings. */
export const cacheBound = (megabytes: number | undefined): number => (megabytes ?? DEFAULT_CACHE_MEGABYTES) * MEGABYTE;

/** Puts client, limiter and cache together, in the user's state folder. The key is looked for when the first question goes out, not before. */
export async function openTmdb(options: TmdbOptions): Promise<Tmdb> {
  const { environment, settings, offline, onRetry } = options;
  const address = tmdbAddress(environment);
  const { cacheMegabytes } = await settings.read();
  const cache = openDiskCache(cacheFolder(environment), { mostBytes: cacheBound(cacheMegabytes) });
  const timeoutMs = tmdbTimeoutMs(environment);
  const ledger = openTokenLedger(limiterFolder(environment), tmdbLimits, Math.max(TMDB_TIMEOUT_MS, timeoutMs));
  const limiter = makeRateLimiter({ ledger });
  const client = makeTmdbClient({
    address,
    key: once(settings.tmdbKey),
    limiter,
    timeoutMs,
    ...(onRetry === undefined ? {} : { onRetry }),
  });
  return {
    source: cachedSource(cache, offline ? offlineSource : givingUpSource(client), address.href),
    cache,
    address,
    limiterMode: limiter.mode,
    check: async (signal) => {
      const start = performance.now();
      await client.get(checkKey(), signal);
      return { durationMs: performance.now() - start };
    },
    [Symbol.asyncDispose]: () => cache[Symbol.asyncDispose](),
  };
}

/** Opens the sealed key once, not for each question. */
function once<T>(get: () => Promise<T>): () => Promise<T> {
  let got: Promise<T> | undefined;
  return () => (got ??= get());
}
