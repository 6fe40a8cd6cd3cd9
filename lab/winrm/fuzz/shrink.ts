import type { FuzzCase } from './fuzz-target.ts';

/** Tried at most, since each try may have to run out of time. */
const MOST_TRIES = 600;

/**
 * Cuts a failing case down for as long as it fails: whole messages first, then ever smaller pieces of each (delta debugging). What comes back
 * fails as well; it is the case itself when nothing can go.
 */
export async function shrink(one: FuzzCase, fails: (smaller: FuzzCase) => Promise<boolean>): Promise<FuzzCase> {
  let tries = MOST_TRIES;
  let smallest = one;
  const attempt = async (messages: readonly Buffer[]): Promise<boolean> => {
    if (tries-- <= 0) return false;
    const candidate = { ...one, messages };
    if (!(await fails(candidate))) return false;
    smallest = candidate;
    return true;
  };
  for (let at = smallest.messages.length - 1; at >= 0 && smallest.messages.length > 1; at--)
    await attempt(smallest.messages.toSpliced(at, 1));
  for (let at = 0; at < smallest.messages.length; at++) {
    const sizeBytes = smallest.messages[at]?.length ?? 0;
    for (let piece = Math.ceil(sizeBytes / 2); piece >= 1; piece = piece === 1 ? 0 : Math.ceil(piece / 2)) {
      for (let from = 0; from < (smallest.messages[at]?.length ?? 0);) {
        const message = smallest.messages[at] ?? Buffer.alloc(0);
        const without = Buffer.concat([message.subarray(0, from), message.subarray(from + piece)]);
        if (!(await attempt(smallest.messages.with(at, without)))) from += piece;
      }
    }
  }
  return smallest;
}
