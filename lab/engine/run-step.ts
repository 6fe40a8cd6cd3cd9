import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import { toErrorData } from '../core/error.ts';
import type { LabEvent, StepName } from '../core/event.ts';
import type { FactLine } from '../core/fact-line.ts';
import { callWithin } from './deadline.ts';

/** Says how a step is getting on. Called as often as one likes; the journal gets it about once a second. */
export type Progress = (
  what: string,
  amount?: { readonly done: number; readonly total: number; readonly unit: 'bytes' | 'files' | 'steps' },
) => void;

/** Says something that a reader of the record has to know though the step went on. */
export type Warn = (code: string, message: string) => void;

const PROGRESS_EVERY_MS = 1000;

/**
 * Runs one host stage: journals its start, progress, end and length, and holds it to its time limit.
 * Throws what the work threw, after journalling it. `describe` says what the result is worth telling.
 */
export async function runStep<T>(
  step: StepName,
  limitMs: number,
  parts: { readonly clock: Clock; readonly emit: (event: LabEvent) => void; readonly describe?: (result: T) => readonly FactLine[] },
  work: (call: Call, progress: Progress, warn: Warn) => Promise<T>,
  call: Call,
): Promise<T> {
  const { clock, emit } = parts;
  emit({ type: 'step-started', step });
  const startedMs = clock.monotonicMs();
  let lastWhat: string | undefined;
  let lastMs = -Infinity;
  const progress: Progress = (what, amount) => {
    const nowMs = clock.monotonicMs();
    if (what === lastWhat && nowMs - lastMs < PROGRESS_EVERY_MS) return;
    lastWhat = what;
    lastMs = nowMs;
    emit({ type: 'step-progress', step, what, ...amount });
  };
  using timed = callWithin(limitMs, step, clock, call);
  try {
    const result = await work(timed, progress, (code, message) => emit({ type: 'warning', code, message }));
    emit({ type: 'step-finished', step, durationMs: clock.monotonicMs() - startedMs, lines: [...(parts.describe?.(result) ?? [])] });
    return result;
  } catch (error) {
    emit({ type: 'step-finished', step, durationMs: clock.monotonicMs() - startedMs, error: toErrorData(error), lines: [] });
    throw error;
  }
}
