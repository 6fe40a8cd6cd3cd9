import { ProgramError } from '../core/program-error.ts';
import { TMDB_TIMEOUT_MS } from './tmdb-client.ts';

const LONGEST_MS = 120_000;

/**
 * Time for one attempt to ask TMDB, in milliseconds: `ANIVAULT_TMDB_TIMEOUT` in seconds, for slow connections, or 15 s. Throws a `ProgramError`
 * `tmdb-time` for what is no such time.
 */
export function tmdbTimeoutMs(environment: Readonly<Record<string, string | undefined>>): number {
  const text = environment['ANIVAULT_TMDB_TIMEOUT']?.trim() ?? '';
  if (text === '') return TMDB_TIMEOUT_MS;
  // 30 · 0.5
  const ms = /^\d{1,3}(?:\.\d{1,3})?$/.test(text) ? Number(text) * 1000 : 0;
  if (ms <= 0 || ms > LONGEST_MS)
    throw new ProgramError('tmdb-time', `ANIVAULT_TMDB_TIMEOUT is no time: ${JSON.stringify(text.slice(0, 40))}`);
  return ms;
}
