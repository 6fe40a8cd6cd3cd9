import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { CommandResult } from '../../core/transport.ts';
import { clixmlText } from '../powershell/clixml-text.ts';
import type { Verb } from '../questions.ts';
import type { ToolProgram } from '../tool-program.ts';
import { readableText } from './readable-text.ts';

/** Gives the in-guest tool one question, which is JSON, and resolves with what it printed as its answer. */
export type Exchange = (verb: Verb, question: Uint8Array, call: Call) => Promise<Uint8Array>;

/** Largest answer read; the tool promises to stay below. */
export const MOST_ANSWER_BYTES = 16 << 20;
/** Kept of what the tool says on standard error, for the hint. */
const MOST_COMPLAINT_CHARACTERS = 500;
/** What it means that the tool ended as it did without an answer. */
export function toolFailure(verb: Verb, program: Pick<ToolProgram, 'name' | 'missingCodes'>, result: CommandResult): LabError {
  const complaint = readableText(clixmlText(Buffer.from(result.stderr).toString('utf8')), MOST_COMPLAINT_CHARACTERS);
  if (result.ended === 'timed-out') return LabError.of('toolkit.tool-failed', { verb, how: 'was ended by a time-out', complaint });
  if (program.missingCodes.has(result.exitCode) && result.stdout.length === 0)
    return LabError.of('toolkit.tool-missing', { launcher: program.name, complaint });
  return LabError.of('toolkit.tool-failed', { verb, how: `ended with exit code ${result.exitCode}`, complaint });
}
