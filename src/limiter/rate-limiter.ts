import { setTimeout as timer } from 'node:timers/promises';
import { ProgramError } from '../core/program-error.ts';
import { type LimiterEvent, type LimiterMode, type LimiterState, startingState, stepLimiter } from './limiter-state.ts';
import { type Limits, tmdbLimits } from './limits.ts';
import type { TakenToken, TokenLedger } from './token-ledger.ts';

/** Leave for one request. Exactly one of its functions is called when the request has ended, whatever became of it; later calls do nothing. */
export interface Permit {
  readonly good: () => Promise<void>;
  /** The service failed, or did not answer. The problem is what others are told when it goes on and nothing is asked any more. */
  readonly bad: (problem?: ProgramError) => Promise<void>;
  /** The service said that there were too many requests. */
  readonly refused: (retryAfterMs: number | undefined) => Promise<void>;
  /** The request ended without telling anything about the service. */
  readonly abandoned: () => Promise<void>;
}

/** Hands out leave for requests, first come, first served. */
export interface RateLimiter {
  /**
   * Waits until a request may start. When the service has asked for a pause too long to wait for, or has failed too often, throws a `ProgramError`
   * `tmdb-busy`, or the last problem if it is known; and the signal's reason when it aborts.
   */
  readonly acquire: (signal: AbortSignal) => Promise<Permit>;
  readonly mode: () => LimiterMode;
}

/** What a limiter is made of; all but the ledger have the real things as defaults. */
export interface LimiterParts {
  readonly limits?: Limits;
  /** Shared with other processes; without one the limits hold for this process alone. */
  readonly ledger?: TokenLedger;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** 0 ≤ random < 1. */
  readonly random?: () => number;
  /** Resolves after a time, and rejects when the signal aborts. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const realPause = async (ms: number, signal: AbortSignal): Promise<void> => timer(ms, undefined, { signal });

/** The state machine of `limiter-state.ts` with a clock, a queue and the ledger around it. */
export function makeRateLimiter(parts: LimiterParts = {}): RateLimiter {
  const { limits = tmdbLimits, ledger, now = Date.now, random = Math.random, pause = realPause } = parts;
  let state: LimiterState = startingState;
  let queue: Promise<void> = Promise.resolve();
  let wake = Promise.withResolvers<void>();
  let lastProblem: ProgramError | undefined;

  const step = (event: LimiterEvent): ReturnType<typeof stepLimiter>[1] => {
    const [next, decision] = stepLimiter(state, event, now(), limits);
    state = next;
    if (event.type !== 'ask') {
      wake.resolve();
      wake = Promise.withResolvers();
    }
    return decision;
  };

  /** Waits for a time or for the next answer; with `forMs` 0 for the next answer alone. */
  const rest = async (forMs: number, signal: AbortSignal): Promise<void> => {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const woken = wake.promise;
    const timed = forMs > 0 ? pause(forMs, either) : untilAborted(either);
    try {
      await Promise.race([woken, timed]);
    } finally {
      over.abort();
      await timed.catch(() => {});
    }
    signal.throwIfAborted();
  };

  const takeFromLedger = async (epoch: number, signal: AbortSignal): Promise<TakenToken | 'changed' | undefined> => {
    if (ledger === undefined) return undefined;
    for (;;) {
      signal.throwIfAborted();
      const answer = await ledger.take(now());
      switch (answer.kind) {
        case 'taken':
          if (state.epoch === epoch && !signal.aborted) return answer.token;
          await ledger.giveBack(answer.token, now());
          return 'changed';
        case 'paused':
          lastProblem = undefined;
          step({ type: 'paused-elsewhere', until: answer.until });
          return 'changed';
        case 'wait':
          await pause(answer.forMs + random() * 5, signal);
          if (state.epoch !== epoch) return 'changed';
      }
    }
  };

  /** What led to a pause is worth more to people than the pause. */
  const note = (event: LimiterEvent, problem?: ProgramError): void => {
    if (event.type === 'bad') lastProblem = problem ?? lastProblem;
    else if (event.type !== 'abandoned') lastProblem = undefined;
  };

  const permitFor = (epoch: number, token: TakenToken | undefined): Permit => {
    let settled = false;
    const settle = async (event: LimiterEvent, problem?: ProgramError): Promise<void> => {
      if (settled) return;
      settled = true;
      note(event, problem);
      step(event);
      if (ledger === undefined) return;
      if (token !== undefined) await ledger.giveBack(token, now());
      if (event.type === 'refused' && (state.mode === 'sleep' || state.mode === 'cache-only')) await ledger.pause(state.until, now());
    };
    return {
      good: () => settle({ type: 'good', epoch }),
      bad: (problem) => settle({ type: 'bad', epoch, chance: random() }, problem),
      refused: (retryAfterMs) =>
        settle({ type: 'refused', epoch, chance: random(), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }),
      abandoned: () => settle({ type: 'abandoned' }),
    };
  };

  const next = async (signal: AbortSignal): Promise<Permit> => {
    for (;;) {
      signal.throwIfAborted();
      const decision = step({ type: 'ask' });
      switch (decision.kind) {
        case 'go': {
          let token: TakenToken | 'changed' | undefined = 'changed';
          try {
            token = await takeFromLedger(decision.epoch, signal);
          } finally {
            if (token === 'changed') step({ type: 'abandoned' });
          }
          if (token !== 'changed') return permitFor(decision.epoch, token);
          break;
        }
        case 'wait':
          await rest(decision.forMs, signal);
          break;
        case 'cache-only': {
          if (lastProblem !== undefined) throw lastProblem;
          const seconds = Math.ceil((decision.until - now()) / 1000);
          throw new ProgramError('tmdb-busy', `TMDB is left alone for another ${seconds} s, after it refused or failed too often`);
        }
        case 'noted':
          throw new TypeError('an ask was not decided');
      }
    }
  };

  return {
    mode: () => state.mode,
    acquire: async (signal) => {
      const before = queue;
      const { promise, resolve } = Promise.withResolvers<void>();
      queue = before.then(() => promise);
      try {
        await Promise.race([before, untilAborted(signal)]);
        return await next(signal);
      } finally {
        resolve();
      }
    },
  };
}

async function untilAborted(signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
