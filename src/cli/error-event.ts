import { CommanderError } from 'commander';
import type { EventOf } from '../contract/cli-event.ts';
import { exitCodes } from '../core/exit-code.ts';
import { ProgramError } from '../core/program-error.ts';

/** What is told of a command that did not end as it should. `usage` is what the parser of the command line said. */
export function errorEvent(error: unknown, usage: string): EventOf<'error'> {
  if (error instanceof CommanderError) return { type: 'error', code: 'usage', ...misused(error, usage), exitCode: exitCodes.fatal };
  const { code, message, hint, exitCode } = asProgramError(error);
  return { type: 'error', code, message, hint, exitCode };
}

/** Whatever was thrown as an expected failure, or as a bug. */
export const asProgramError = (error: unknown): ProgramError =>
  error instanceof ProgramError ? error : new ProgramError('bug', error instanceof Error ? error.message : String(error), error);

function misused(error: CommanderError, usage: string): { readonly message: string; readonly hint: string } {
  // A command that only has others below it was called without one of them: the parser prints the help.
  if (error.code === 'commander.help') {
    const [, called = 'anivault'] = /^Usage: (.+?) \[options\]/.exec(usage) ?? [];
    return { message: `${called} needs a command`, hint: `Run \`${called} --help\` to see which there are.` };
  }
  // error: unknown option '--aply'\n(Did you mean --apply?)\nRun with --help …
  const [message = error.message, ...more] = usage.trim().split('\n');
  return { message: message.replace(/^error: /, ''), hint: more.filter((line) => line !== '').join(' ') };
}
