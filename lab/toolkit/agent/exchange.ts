import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { CommandResult } from '../../core/transport.ts';
import type { Verb } from '../questions.ts';
import { readableText } from './readable-text.ts';

/** Gives the in-guest tool one question, which is JSON, and resolves with what it printed as its answer. */
export type Exchange = (verb: Verb, question: Uint8Array, call: Call) => Promise<Uint8Array>;

/** Largest answer read; the tool promises to stay below. */
export const MOST_ANSWER_BYTES = 16 << 20;
/** Kept of what the tool says on standard error, for the hint. */
const MOST_COMPLAINT_CHARACTERS = 500;
/** What Node ends with when there is no such script, and a shell when there is no such command. */
const NO_SUCH_TOOL = new Set([1, 9009]);

/** What it means that the tool ended as it did without an answer. */
export function toolFailure(verb: Verb, launcher: string, result: CommandResult): LabError {
  const complaint = readableText(
    Buffer.from(result.stderr.subarray(0, 4 * MOST_COMPLAINT_CHARACTERS)).toString('utf8'),
    MOST_COMPLAINT_CHARACTERS,
  );
  if (result.ended === 'timed-out') return LabError.of('toolkit.tool-failed', { verb, how: 'was ended by a time-out', complaint });
  if (NO_SUCH_TOOL.has(result.exitCode) && result.stdout.length === 0) return LabError.of('toolkit.tool-missing', { launcher, complaint });
  return LabError.of('toolkit.tool-failed', { verb, how: `ended with exit code ${result.exitCode}`, complaint });
}
