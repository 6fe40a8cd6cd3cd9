import { ProgramError } from '../core/program-error.ts';

/** A key to TMDB, of one of its two kinds: `v3` goes into the query, `v4` into a header. */
export interface TmdbKey {
  readonly kind: 'v3' | 'v4';
  readonly text: string;
}

// 0123456789abcdef0123456789abcdef
const V3 = /^[0-9a-f]{32}$/i;
// eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl
const V4 = /^eyJ[\w-]{5,1000}\.[\w-]{2,4000}\.[\w-]{10,1000}$/;

/** Tells the kind of a key from its form. Throws a `ProgramError` `tmdb-key-malformed`, whose message does not repeat what was given. */
export function tmdbKey(given: string): TmdbKey {
  const text = given.trim();
  if (V3.test(text)) return { kind: 'v3', text };
  if (V4.test(text)) return { kind: 'v4', text };
  throw new ProgramError('tmdb-key-malformed', `What was given as the TMDB key (${given.length} characters) has not the form of one`);
}
