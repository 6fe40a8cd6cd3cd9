import { readdir } from 'node:fs/promises';
import { readPauses, readTokens } from './ledger-names.ts';
import type { Limits } from './limits.ts';
import { ledgerFolder } from './token-ledger.ts';

/** What the processes of a user share about the pace. */
export interface LedgerLook {
  /** End of a pause that TMDB asked for, milliseconds since 1970. */
  readonly pausedUntil: number | undefined;
  readonly tokens: number;
  /** Tokens that are not free at the moment. */
  readonly taken: number;
}

/** Looks at a ledger without changing it. One that is not there has all its tokens; one that cannot be read, too: the next request will tell. */
export async function lookAtLedger(folder: string, limits: Pick<Limits, 'requests' | 'longestPauseMs'>, now: number): Promise<LedgerLook> {
  const names = await readdir(ledgerFolder(folder, limits)).catch(() => []);
  const tokens = readTokens(names, limits.requests);
  return {
    pausedUntil: readPauses(names, now, limits.longestPauseMs).until,
    tokens: limits.requests,
    taken: tokens.filter(({ freeAt }) => freeAt === undefined || freeAt > now).length,
  };
}
