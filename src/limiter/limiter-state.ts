import type { Limits } from './limits.ts';

/** `normal` and `throttle` let requests through, `half-open` one at a time as probes, `sleep` and `cache-only` none. */
export type LimiterMode = 'normal' | 'throttle' | 'sleep' | 'half-open' | 'cache-only';

interface Outcome {
  readonly at: number;
  readonly bad: boolean;
}

/** All that a limiter knows. Plain data; times are milliseconds on the clock that `now` comes from. */
export interface LimiterState {
  readonly mode: LimiterMode;
  /** When the mode began. */
  readonly since: number;
  /** When the mode ends; only `sleep` and `cache-only` have an end by themselves. */
  readonly until: number;
  /** The latest `now`. */
  readonly seen: number;
  /** Counts the sleeps; an answer to a request of an earlier epoch says nothing about the present one. */
  readonly epoch: number;
  readonly inFlight: number;
  /** When the requests of the last window started, ascending: tokens that are not back yet. */
  readonly started: readonly number[];
  readonly outcomes: readonly Outcome[];
  readonly goodProbes: number;
  /** Sleeps since the last good answer; the exponent of the back-off. */
  readonly sleeps: number;
}

/** What happens to a limiter. `chance` is a random number, 0 ≤ chance < 1, for the jitter; `epoch` is what the request's `go` said. */
export type LimiterEvent =
  | { readonly type: 'ask' }
  | { readonly type: 'good'; readonly epoch: number }
  | { readonly type: 'bad'; readonly epoch: number; readonly chance: number }
  /** The service asked for a pause (429), of a length or not. */
  | { readonly type: 'refused'; readonly epoch: number; readonly chance: number; readonly retryAfterMs?: number }
  /** A request that was let through and ended without telling anything about the service. */
  | { readonly type: 'abandoned' }
  /** Another process was asked to pause. */
  | { readonly type: 'paused-elsewhere'; readonly until: number };

/** What an `ask` gets. Other events get `noted`. */
export type Decision =
  | { readonly kind: 'go'; readonly epoch: number }
  /** Ask again after this time, or when an answer has come in if that is earlier. `forMs` 0: only an answer can change it. */
  | { readonly kind: 'wait'; readonly forMs: number; readonly mode: LimiterMode }
  | { readonly kind: 'cache-only'; readonly until: number }
  | { readonly kind: 'noted' };

export const startingState: LimiterState = {
  mode: 'normal',
  since: 0,
  until: 0,
  seen: 0,
  epoch: 0,
  inFlight: 0,
  started: [],
  outcomes: [],
  goodProbes: 0,
  sleeps: 0,
};

const noted: Decision = { kind: 'noted' };

/**
 * The rate limiter as a pure function. It promises: no more than `requests` starts within any `windowMs`, no more than `concurrency` at once, no start in
 * `sleep` and `cache-only`, one at a time in `half-open`; and that every sleep ends. A clock that is put back changes
 * nothing but the numbers.
 */
export function stepLimiter(previous: LimiterState, event: LimiterEvent, now: number, limits: Limits): readonly [LimiterState, Decision] {
  const state = pass(previous, now, limits);
  switch (event.type) {
    case 'ask':
      return ask(state, now, limits);
    case 'abandoned':
      return [landed(state), noted];
    case 'good':
      return [event.epoch === state.epoch ? good(landed(state), now, limits) : landed(state), noted];
    case 'bad':
      return [event.epoch === state.epoch ? bad(landed(state), now, event.chance, undefined, limits) : landed(state), noted];
    case 'refused':
      return [refused(landed(state), now, event, limits), noted];
    case 'paused-elsewhere':
      return [pausedElsewhere(state, now, event.until, limits), noted];
  }
}

/** What the time alone changes: tokens come back, outcomes grow old, sleeps and calm times of throttling end. */
function pass(before: LimiterState, now: number, limits: Limits): LimiterState {
  const state = before.seen > now ? putBack(before, before.seen - now) : before;
  const started = state.started.filter((at) => at > now - limits.windowMs);
  const outcomes = state.outcomes.filter((outcome) => outcome.at > now - limits.errorWindowMs);
  const passed = { ...state, seen: now, started, outcomes };
  const rests = state.mode === 'sleep' || state.mode === 'cache-only';
  if (rests && now >= state.until) return { ...passed, mode: 'half-open', since: now, goodProbes: 0 };
  const known = outcomes.length >= limits.fewestOutcomes || now - state.since >= limits.errorWindowMs;
  if (state.mode === 'throttle' && known && badShare(outcomes, limits) < limits.normalBelow)
    return { ...passed, mode: 'normal', since: now };
  return passed;
}

const putBack = (state: LimiterState, byMs: number): LimiterState => ({
  ...state,
  since: state.since - byMs,
  until: state.until - byMs,
  started: state.started.map((at) => at - byMs),
  outcomes: state.outcomes.map((outcome) => ({ ...outcome, at: outcome.at - byMs })),
});

function ask(state: LimiterState, now: number, limits: Limits): readonly [LimiterState, Decision] {
  const { mode } = state;
  switch (mode) {
    case 'cache-only':
      return [state, { kind: 'cache-only', until: state.until }];
    case 'sleep':
      return [state, { kind: 'wait', forMs: state.until - now, mode }];
    case 'half-open':
      return start(state, now, 1, limits.throttledRequests, limits);
    case 'throttle':
      return start(state, now, limits.throttledConcurrency, limits.throttledRequests, limits);
    case 'normal':
      return start(state, now, limits.concurrency, limits.requests, limits);
  }
}

function start(state: LimiterState, now: number, most: number, tokens: number, limits: Limits): readonly [LimiterState, Decision] {
  if (state.inFlight >= most) return [state, { kind: 'wait', forMs: 0, mode: state.mode }];
  const oldest = state.started.at(-tokens);
  if (oldest !== undefined) return [state, { kind: 'wait', forMs: Math.max(1, oldest + limits.windowMs - now), mode: state.mode }];
  return [
    { ...state, inFlight: state.inFlight + 1, started: [...state.started, now] },
    { kind: 'go', epoch: state.epoch },
  ];
}

const landed = (state: LimiterState): LimiterState => ({ ...state, inFlight: Math.max(0, state.inFlight - 1) });

const withOutcome = (state: LimiterState, at: number, isBad: boolean, limits: Limits): LimiterState => ({
  ...state,
  outcomes: [...state.outcomes, { at, bad: isBad }].slice(-limits.errorWindowRequests),
});

function good(before: LimiterState, now: number, limits: Limits): LimiterState {
  const state = withOutcome(before, now, false, limits);
  if (state.mode !== 'half-open') return { ...state, sleeps: 0 };
  const goodProbes = state.goodProbes + 1;
  if (goodProbes < limits.probes) return { ...state, goodProbes };
  // What was bad led to the sleep and is paid for: it must not lead to the next one.
  return { ...state, mode: 'throttle', since: now, goodProbes: 0, sleeps: 0, outcomes: [] };
}

type AskedPause = number | 'unsaid' | undefined;

function bad(before: LimiterState, now: number, chance: number, pause: AskedPause, limits: Limits): LimiterState {
  const state = withOutcome(before, now, true, limits);
  const share = badShare(state.outcomes, limits);
  const enough = pause !== undefined || state.mode === 'half-open' || share >= limits.sleepAbove;
  if (enough) return fallAsleep(state, now, chance, pause, limits);
  return state.mode === 'normal' && share > limits.throttleAbove ? { ...state, mode: 'throttle', since: now } : state;
}

function refused(state: LimiterState, now: number, event: Extract<LimiterEvent, { type: 'refused' }>, limits: Limits): LimiterState {
  if (event.epoch === state.epoch) return bad(state, now, event.chance, event.retryAfterMs ?? 'unsaid', limits);
  // Several are refused at once: the first one began the sleep, the others can only make it longer.
  return event.retryAfterMs === undefined ? state : pausedElsewhere(state, now, now + event.retryAfterMs, limits);
}

function fallAsleep(state: LimiterState, now: number, chance: number, pause: AskedPause, limits: Limits): LimiterState {
  const sleeps = state.sleeps + 1;
  const askedMs = typeof pause === 'number' ? pause : 0;
  if (sleeps > limits.sleepsBeforeCacheOnly) {
    return { ...rest(state, now, now + Math.max(limits.cacheOnlyMs, askedMs), limits), mode: 'cache-only', sleeps: 0 };
  }
  const backOffMs = chance * Math.min(limits.longestBackOffMs, limits.firstBackOffMs * 2 ** (sleeps - 1));
  // The jitter comes on top of a pause that was asked for, else all that were refused would come back at the same moment.
  const sleepMs = typeof pause === 'number' ? pause + Math.min(backOffMs, limits.firstBackOffMs) : backOffMs;
  return { ...rest(state, now, now + sleepMs, limits), sleeps };
}

function rest(state: LimiterState, now: number, wanted: number, limits: Limits): LimiterState {
  const until = Math.min(wanted, now + limits.longestPauseMs);
  const mode = until - now > limits.longestSleepMs ? 'cache-only' : 'sleep';
  return { ...state, mode, since: now, until, epoch: state.epoch + 1, goodProbes: 0 };
}

function pausedElsewhere(state: LimiterState, now: number, until: number, limits: Limits): LimiterState {
  const rests = state.mode === 'sleep' || state.mode === 'cache-only';
  return until <= now || (rests && until <= state.until) ? state : rest(state, now, until, limits);
}

function badShare(outcomes: readonly Outcome[], limits: Limits): number {
  const bads = outcomes.filter((outcome) => outcome.bad).length;
  return bads / Math.max(outcomes.length, limits.fewestOutcomes);
}
