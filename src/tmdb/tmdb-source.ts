import type { TmdbRequest } from './requests.ts';

/** Where an answer came from. `stale` is an answer of the cache past its time, given because nothing better could be had. */
export type AnswerOrigin = 'network' | 'cache' | 'stale';

export interface TmdbAnswer<T> {
  /** `undefined`: TMDB knows no such thing (404). */
  readonly value: T | undefined;
  readonly from: AnswerOrigin;
  /** When TMDB gave it, milliseconds since 1970. */
  readonly at: number;
}

/**
 * Whoever answers questions to TMDB: the network, the cache before it, or a cache alone. May be asked many things at once. Throws a `ProgramError` for
 * expected failures and the signal's reason when it aborts.
 */
export interface TmdbSource {
  readonly get: <T>(request: TmdbRequest<T>, signal: AbortSignal) => Promise<TmdbAnswer<T>>;
}
