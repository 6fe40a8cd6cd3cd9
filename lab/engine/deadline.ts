import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import { LabError } from '../core/error.ts';

/** A call that ends by itself. Dispose it when the work is done, so that its timer does not outlive it. */
export interface TimedCall extends Call, Disposable {}

/**
 * A call that lasts `limitMs` at most and no longer than the call it belongs to.
 * When the limit passes, its signal aborts with a `lab.deadline` error that names `what`.
 */
export function callWithin(limitMs: number, what: string, clock: Clock, parent?: Call): TimedCall {
  const controller = new AbortController();
  const endsAtMs = clock.monotonicMs() + limitMs;
  const timer = setTimeout(
    () => controller.abort(LabError.of('lab.deadline', { what, limit: `${Math.round(limitMs / 1000)} s` })),
    limitMs,
  );
  const signal = parent ? AbortSignal.any([parent.signal, controller.signal]) : controller.signal;
  return {
    signal,
    deadline: { remainingMs: () => Math.max(0, Math.min(endsAtMs - clock.monotonicMs(), parent?.deadline.remainingMs() ?? Infinity)) },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** A call without an end of its own: it lasts until `signal` aborts. */
export const callUntil = (signal: AbortSignal): Call => ({ signal, deadline: { remainingMs: () => (signal.aborted ? 0 : Infinity) } });
