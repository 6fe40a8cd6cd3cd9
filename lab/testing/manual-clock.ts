import type { Clock } from '../core/clock.ts';

/** A clock that stands still until it is told to move. `sleep` moves it, so that polling loops run at once. */
export interface ManualClock extends Clock {
  readonly advance: (ms: number) => void;
}

export function manualClock(startsAt = '2026-01-02T03:04:05.000Z'): ManualClock {
  let elapsedMs = 0;
  const startMs = Date.parse(startsAt);
  return {
    now: () => new Date(startMs + elapsedMs).toISOString(),
    monotonicMs: () => elapsedMs,
    advance: (ms) => {
      elapsedMs += ms;
    },
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      elapsedMs += ms;
    },
  };
}
