import { isIPv4 } from 'node:net';
import { ProgramError } from '../core/program-error.ts';

const TMDB = 'https://api.themoviedb.org/';

/**
 * The address to ask: `ANIVAULT_TMDB_URL` or TMDB's own. Ends with `/`. The key travels with every request, so only https will do, but for this machine
 * itself. Throws a `ProgramError` `tmdb-address` for anything else.
 */
export function tmdbAddress(environment: Readonly<Record<string, string | undefined>>): URL {
  const text = environment['ANIVAULT_TMDB_URL'];
  if (text === undefined || text === '') return new URL(TMDB);
  const url = URL.parse(text);
  if (url === null) throw new ProgramError('tmdb-address', 'ANIVAULT_TMDB_URL is not an address');
  if (url.username !== '' || url.password !== '') throw new ProgramError('tmdb-address', 'ANIVAULT_TMDB_URL must not hold a password');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new ProgramError('tmdb-address', `ANIVAULT_TMDB_URL is not safe: ${url.origin}`);
  }
  url.search = '';
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
