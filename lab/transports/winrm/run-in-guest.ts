import type { Call } from '../../core/call.ts';
import type { CommandResult } from '../../core/transport.ts';
import type { RunOptions } from '../../winrm/client/run-command.ts';

/** Runs a command in the guest; standard input and output may be streams. */
export type RunInGuest = (options: RunOptions, call: Call) => Promise<CommandResult>;
