import { setTimeout as wait } from 'node:timers/promises';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { Endpoint } from '../../core/guest.ts';
import { answers } from './watch-host.ts';

const BETWEEN_LOOKS_MS = 1000;

/**
 * Asks until a host has answered: one that was reset takes its time. Gives up with the last error after `limitSeconds`, at once where that is 0, or
 * when the error is not of the wire: a wrong password does not become right.
 */
export async function untilHostAnswers<T>(
  endpoint: Endpoint,
  ask: (call: Call) => Promise<T>,
  limitSeconds: number,
  call: Call,
): Promise<T> {
  const end = AbortSignal.timeout(Math.max(1, limitSeconds * 1000));
  for (;;) {
    call.signal.throwIfAborted();
    try {
      return await ask(call);
    } catch (error) {
      call.signal.throwIfAborted();
      const onTheWire = error instanceof LabError && error.kind === 'transport';
      if (end.aborted || !onTheWire || (await answers(endpoint))) throw error;
      await wait(BETWEEN_LOOKS_MS, undefined, { signal: call.signal }).catch(() => {});
    }
  }
}
