import type { Call } from '../core/call.ts';
import { callUntil } from '../engine/deadline.ts';

/** A call that nobody ends. */
export const openCall = (): Call => callUntil(new AbortController().signal);

/** A call that ends by itself after so long: keeps a hanging test from hanging the suite. */
export const callFor = (ms: number): Call => callUntil(AbortSignal.timeout(ms));
