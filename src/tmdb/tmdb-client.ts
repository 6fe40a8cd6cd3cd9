import { setTimeout as timer } from 'node:timers/promises';
import { ProgramError } from '../core/program-error.ts';
import type { Permit, RateLimiter } from '../limiter/rate-limiter.ts';
import { retryAfterMs } from '../limiter/retry-after.ts';
import { failure } from './answers.ts';
import { readBody } from './read-body.ts';
import { type TmdbRequest, requestName } from './requests.ts';
import type { TmdbKey } from './tmdb-key.ts';
import type { TmdbAnswer, TmdbSource } from './tmdb-source.ts';

/** What a client is made of. */
export interface TmdbClientParts {
  /** Ends with `/`; see `tmdbAddress`. */
  readonly address: URL;
  /** Asked for when the first question is; may throw `tmdb-key-missing`. */
  readonly key: () => Promise<TmdbKey>;
  readonly limiter: RateLimiter;
  /** For one attempt, from the connection to the last byte. */
  readonly timeoutMs?: number;
  /** Attempts for one question. */
  readonly attempts?: number;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
  readonly random?: () => number;
  /** Told of each attempt that failed and will be repeated. The text holds no key. */
  readonly onRetry?: (text: string) => void;
}

/** Time for one attempt; also how long a token of the ledger is held at most. */
export const TMDB_TIMEOUT_MS = 15_000;
const ATTEMPTS = 4;
const LONGEST_PAUSE_MS = 4_000;

/** How one attempt ended, when it did not end with an answer. */
class Attempt extends Error {
  readonly problem: ProgramError;
  readonly again: boolean;
  constructor(problem: ProgramError, again: boolean) {
    super(problem.message);
    this.problem = problem;
    this.again = again;
  }
}

/**
 * TMDB over the network. Every question is a GET and may be repeated: after 429 as the limiter allows, after a broken connection, a timeout or a 5xx with
 * a pause of its own, never more than `attempts` times in all. Redirections are not followed, since they would take the key along. Connections are kept
 * and answers come packed where the service can (the runtime's own `fetch`).
 */
export function makeTmdbClient(parts: TmdbClientParts): TmdbSource {
  const { attempts = ATTEMPTS, random = Math.random, onRetry = () => {} } = parts;
  return {
    get: async (request, signal) => {
      const key = await parts.key();
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(parts, key, request, signal);
        } catch (error) {
          if (!(error instanceof Attempt)) throw error;
          if (!error.again || attempt >= attempts) throw error.problem;
          onRetry(`${error.problem.message}; attempt ${attempt + 1} of ${attempts} follows`);
        }
        await timer(random() * Math.min(LONGEST_PAUSE_MS, 250 * 2 ** attempt), undefined, { signal }).catch(() => {});
        signal.throwIfAborted();
      }
    },
  };
}

async function once<T>(parts: TmdbClientParts, key: TmdbKey, request: TmdbRequest<T>, signal: AbortSignal): Promise<TmdbAnswer<T>> {
  const { now = Date.now, timeoutMs = TMDB_TIMEOUT_MS } = parts;
  const permit = await parts.limiter.acquire(signal);
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await (parts.fetch ?? fetch)(urlOf(parts.address, key, request), {
      headers: { accept: 'application/json', ...(key.kind === 'v4' ? { authorization: `Bearer ${key.text}` } : {}) },
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
    });
    return await judge(response, request, permit, now());
  } catch (error) {
    if (signal.aborted) {
      await permit.abandoned();
      throw signal.reason;
    }
    if (error instanceof Attempt) throw error;
    if (error instanceof ProgramError) {
      await permit.bad(error);
      throw error;
    }
    const problem = broken(error, timeout.aborted, timeoutMs, parts.address);
    await permit.bad(problem);
    throw new Attempt(problem, true);
  } finally {
    await permit.abandoned();
  }
}

async function judge<T>(response: Response, request: TmdbRequest<T>, permit: Permit, at: number): Promise<TmdbAnswer<T>> {
  const { status } = response;
  if (status === 429) {
    await permit.refused(retryAfterMs(response.headers.get('retry-after'), response.headers.get('date'), at));
    await response.body?.cancel();
    throw new Attempt(new ProgramError('tmdb-busy', 'TMDB says that there were too many requests'), true);
  }
  if (status >= 500) {
    const problem = new ProgramError('tmdb-failing', `TMDB answers with status ${status}`);
    await permit.bad(problem);
    await response.body?.cancel();
    throw new Attempt(problem, true);
  }
  const text = await readBody(response);
  // Below here the service works, whatever it says.
  if (status === 200) {
    const value = parse(text, request);
    await permit.good();
    return { value, from: 'network', at };
  }
  const said = failure.safeParse(jsonOrNothing(text)).data;
  if (said?.status_code === undefined) throw new ProgramError('tmdb-answer', `Status ${status} with a body that is not TMDB's`);
  await permit.good();
  if (status === 404) return { value: undefined, from: 'network', at };
  if (status === 401 || status === 403)
    throw new Attempt(new ProgramError('tmdb-key-refused', `TMDB does not take the key (code ${said.status_code})`), false);
  throw new Attempt(new ProgramError('tmdb-answer', `TMDB answers with status ${status} (code ${said.status_code})`), false);
}

function parse<T>(text: string, request: TmdbRequest<T>): T {
  const parsed = request.answer.safeParse(jsonOrNothing(text));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: '' };
  throw new ProgramError(
    'tmdb-answer',
    `The answer to ${request.path} is not as TMDB gives it, at ${path.join('.') || 'its root'}: ${message}`,
  );
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function urlOf(address: URL, key: TmdbKey, request: TmdbRequest<unknown>): URL {
  const url = new URL(requestName(request), address);
  if (key.kind === 'v3') url.searchParams.set('api_key', key.text);
  return url;
}

function broken(error: unknown, timedOut: boolean, timeoutMs: number, address: URL): ProgramError {
  if (timedOut) return new ProgramError('tmdb-timeout', `${address.host} did not answer within ${timeoutMs / 1000} s`);
  // The runtime puts the reason into the cause; its own message may hold the whole address, key included.
  const { cause } = error as { cause?: NodeJS.ErrnoException };
  return new ProgramError('tmdb-unreachable', `${address.host} cannot be reached (${cause?.code ?? (error as Error).name})`);
}
