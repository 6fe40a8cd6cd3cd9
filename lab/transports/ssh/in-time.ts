import type { Call } from '../../core/call.ts';

/** What the work brings, unless the call is over first: its reason is thrown then, and what the work brings later is left. */
export function inTime<T>(work: Promise<T>, { signal }: Call): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
}
