import type { RunLine } from './try-commands.ts';
import { type StepContext, finding } from './examination.ts';
import { tellFailure } from './log-in.ts';

const ROUNDS = 5;
/** Above that, what sends many small messages takes minutes. */
const SLOW_MS = 500;

/** Measures what a command costs that does nothing: the median of several. */
export async function measureLatency(run: RunLine, context: StepContext): Promise<void> {
  const { watcher, call } = context;
  watcher.begins('measure how long a command takes');
  try {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const startedMs = performance.now();
      await run('exit 0');
      times.push(performance.now() - startedMs);
    }
    const medianMs = Math.round((times.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? 0) * 10) / 10;
    const facts = { commandMs: medianMs };
    const message = `an empty command takes ${medianMs} ms, the median of ${ROUNDS}`;
    if (medianMs <= SLOW_MS) watcher.found(finding('latency', 'ok', message, { facts }));
    else
      watcher.found(
        finding('latency', 'warning', `${message}: slow`, {
          facts,
          remedy: { fix: 'The host is busy, or its virus scanner looks at every process, or the way to it is long.' },
        }),
      );
  } catch (error) {
    call.signal.throwIfAborted();
    tellFailure('latency', undefined, error, context);
  }
}
