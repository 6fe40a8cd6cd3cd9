import type { CliEvent } from '../contract/cli-event.ts';
import type { ExitCode } from '../core/exit-code.ts';
import type { CommandContext, Emit } from './context.ts';
import { asProgramError } from './error-event.ts';

type Log = CommandContext['log'];

/** Writes events to the log on their way: problems as warnings, the rest for those who want everything. */
export function recorded(log: Log, emit: Emit): Emit {
  const everything = log.keeps('debug');
  return (event) => {
    if (event.type === 'problem') log.warn(event.message, { code: event.code, path: event.path });
    else if (everything) log.debug(briefly(event));
    return emit(event);
  };
}

/** There can be hundreds of thousands of events about files, and more about each would cost more than finding it. */
function briefly(event: CliEvent): string {
  if (event.type === 'file') return event.parsed === null ? `file ${event.path}, not understood` : `file ${event.path}`;
  return `event ${JSON.stringify(event)}`;
}

/** Writes to the log why a command failed, with the trace of a bug, and gives the exit code for it. */
export function tellError(log: Log, error: unknown): ExitCode {
  const { code, message, exitCode, cause } = asProgramError(error);
  log.error(message, { code, ...(cause instanceof Error ? { cause: code === 'bug' ? cause.stack : cause.message } : {}) });
  return exitCode;
}
