import type { ProgramError, ProgramErrorCode } from '../core/program-error.ts';
import { isOutage } from './outage.ts';
import { requestName } from './requests.ts';
import type { TmdbSource } from './tmdb-source.ts';

/** After one of these the next question would end in the same way, only later. */
const FOR_ALL: ReadonlySet<ProgramErrorCode> = new Set(['tmdb-unreachable', 'tmdb-timeout', 'tmdb-busy']);
/** A service that fails at one question may answer another; at so many one after another it is the service. */
const MOST_IN_A_ROW = 3;

/**
 * A source that does not ask in vain: what failed once is not asked again, and when nobody is there, or several questions failed one after another, no
 * question goes out any more and those under way end. Each then fails as the one that made it give up. For the length of one command.
 */
export function givingUpSource(behind: TmdbSource): TmdbSource {
  const failed = new Map<string, ProgramError>();
  const over = new AbortController();
  let inARow = 0;
  return {
    get: async (request, signal) => {
      signal.throwIfAborted();
      over.signal.throwIfAborted();
      const name = requestName(request);
      const before = failed.get(name);
      if (before !== undefined) throw before;
      try {
        const answer = await behind.get(request, AbortSignal.any([signal, over.signal]));
        inARow = 0;
        return answer;
      } catch (error) {
        if (isOutage(error) && !signal.aborted && !over.signal.aborted) {
          failed.set(name, error);
          inARow += 1;
          if (FOR_ALL.has(error.code) || inARow >= MOST_IN_A_ROW) over.abort(error);
        }
        throw error;
      }
    },
  };
}
