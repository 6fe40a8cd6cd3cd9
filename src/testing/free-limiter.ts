import type { Permit, RateLimiter } from '../limiter/rate-limiter.ts';

/** A limiter that lets everything through and notes how each request ended. For tests. */
export function freeLimiter(): RateLimiter & { readonly ends: readonly string[] } {
  const ends: string[] = [];
  return {
    ends,
    mode: () => 'normal',
    acquire: async (signal) => {
      signal.throwIfAborted();
      let settled = false;
      const end = (how: string) => async (): Promise<void> => {
        if (!settled) ends.push(how);
        settled = true;
      };
      const permit: Permit = {
        good: end('good'),
        bad: end('bad'),
        abandoned: end('abandoned'),
        refused: async (ms) => end(`refused ${ms === undefined ? 'bare' : Math.round(ms / 100) * 100}`)(),
      };
      return permit;
    },
  };
}
