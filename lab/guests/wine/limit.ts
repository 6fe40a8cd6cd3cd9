import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';

/**
 * Runs `work` with a shorter time limit than its caller has. When the limit passes, the signal given to `work` aborts with `lab.deadline`; the
 * caller's own signal comes through unchanged.
 */
export async function limited<T>(what: string, limitMs: number, call: Call, work: (call: Call) => Promise<T>): Promise<T> {
  const own = new AbortController();
  const startedAt = performance.now();
  const timer = setTimeout(() => own.abort(LabError.of('lab.deadline', { what, limit: `${limitMs / 1000} s` })), limitMs);
  try {
    return await work({
      signal: AbortSignal.any([call.signal, own.signal]),
      deadline: { remainingMs: () => Math.max(0, Math.min(call.deadline.remainingMs(), limitMs - (performance.now() - startedAt))) },
    });
  } finally {
    clearTimeout(timer);
  }
}
