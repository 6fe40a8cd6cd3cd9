import type { Call } from './call.ts';

/**
 * Runs pieces of work at the same time, and ends only when all of them have. The first that fails aborts the others, whose own ends nobody hears
 * of, and its error is what is thrown. Each piece must honour the call it is given.
 */
export async function allOrNone<const Work extends readonly ((call: Call) => unknown)[]>(
  work: Work,
  call: Call,
): Promise<{ -readonly [Index in keyof Work]: Awaited<ReturnType<Work[Index]>> }> {
  const failed = new AbortController();
  const inner: Call = { ...call, signal: AbortSignal.any([call.signal, failed.signal]) };
  const run = async (piece: (call: Call) => unknown): Promise<unknown> => {
    try {
      return await piece(inner);
    } catch (error) {
      // Of several aborts the first one counts, and so does its reason.
      failed.abort(error);
      throw error;
    }
  };
  const ends = await Promise.allSettled(work.map(run));
  // The reason and not the flag: what was thrown may be `undefined`.
  if (ends.some(({ status }) => status === 'rejected')) throw failed.signal.reason;
  return ends.map((end) => (end.status === 'fulfilled' ? end.value : undefined)) as Awaited<ReturnType<typeof allOrNone<Work>>>;
}
