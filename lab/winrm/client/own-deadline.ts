import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';

/** A call with a clock of its own: for clean-up, which must also happen when the caller's call is over. Dispose it to stop the clock. */
export function ownDeadline(limitMs: number, what: string): Call & Disposable {
  const controller = new AbortController();
  const endsAt = performance.now() + limitMs;
  const timer = setTimeout(() => controller.abort(LabError.of('lab.deadline', { what, limit: `${limitMs} ms` })), limitMs);
  timer.unref();
  return {
    signal: controller.signal,
    deadline: { remainingMs: () => Math.max(0, endsAt - performance.now()) },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
