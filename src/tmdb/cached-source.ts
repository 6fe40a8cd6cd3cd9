import * as z from 'zod';
import type { DiskCache } from '../cache/disk-cache.ts';
import { ProgramError } from '../core/program-error.ts';
import { isOutage } from './outage.ts';
import { type TmdbRequest, requestName } from './requests.ts';
import type { TmdbAnswer, TmdbSource } from './tmdb-source.ts';

/** A title that TMDB does not know may appear soon: this is how long nobody asks again. */
const KEEP_UNKNOWN_MS = 86_400_000;

const kept = z.strictObject({ found: z.boolean(), value: z.unknown().optional() });

/** Offline there is no network: what the cache does not have fails with `tmdb-offline`. */
export const offlineSource: TmdbSource = {
  get: async (request) => {
    throw new ProgramError('tmdb-offline', `The cache does not have ${request.path}, and nothing is asked offline`);
  },
};

/**
 * A source with a cache before it. Fresh entries are given without a request; when a request fails for a reason of the network or the service, an entry
 * past its time is given and marked `stale`. The same question asked twice at once is asked once. Entries are checked like answers, so that a new version
 * of the program that needs more of them asks again. `scope` keeps the answers of different services apart: the address that is asked.
 */
export function cachedSource(cache: DiskCache, behind: TmdbSource, scope: string): TmdbSource {
  const asked = new Map<string, Promise<TmdbAnswer<unknown>>>();

  const fetch = async <T>(
    request: TmdbRequest<T>,
    name: string,
    old: TmdbAnswer<T> | undefined,
    signal: AbortSignal,
  ): Promise<TmdbAnswer<T>> => {
    let answer: TmdbAnswer<T>;
    try {
      answer = await behind.get(request, signal);
    } catch (error) {
      if (old === undefined || !isOutage(error)) throw error;
      cache.countStale();
      return { ...old, from: 'stale' };
    }
    if (request.keepForMs !== undefined) {
      const keepForMs = answer.value === undefined ? KEEP_UNKNOWN_MS : request.keepForMs;
      await cache.put(name, JSON.stringify({ found: answer.value !== undefined, value: answer.value }), keepForMs);
    }
    return answer;
  };

  const look = async <T>(request: TmdbRequest<T>, name: string, signal: AbortSignal): Promise<TmdbAnswer<T>> => {
    const entry = request.keepForMs === undefined ? undefined : await cache.get(name);
    const content = entry === undefined ? undefined : kept.safeParse(JSON.parse(entry.value)).data;
    const value = content?.found === true ? request.answer.safeParse(content.value) : undefined;
    const usable = entry !== undefined && content !== undefined && value?.success !== false;
    const old = usable ? { value: value?.data, from: 'cache' as const, at: entry.storedAt } : undefined;
    return old !== undefined && entry?.fresh === true ? old : fetch(request, name, old, signal);
  };

  return {
    get: async <T>(request: TmdbRequest<T>, signal: AbortSignal): Promise<TmdbAnswer<T>> => {
      const name = scope + requestName(request);
      for (;;) {
        signal.throwIfAborted();
        const running = asked.get(name) as Promise<TmdbAnswer<T>> | undefined;
        if (running === undefined) break;
        try {
          return await running;
        } catch (error) {
          // Whoever asked first may have been stopped; that is no answer to anybody else.
          if (error instanceof ProgramError && error.code !== 'interrupted') throw error;
        }
      }
      const mine = look(request, name, signal);
      asked.set(name, mine);
      try {
        return await mine;
      } finally {
        asked.delete(name);
      }
    },
  };
}
