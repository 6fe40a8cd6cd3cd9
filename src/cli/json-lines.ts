import { cliEvent } from '../contract/cli-event.ts';
import { ProgramError } from '../core/program-error.ts';
import type { Emit } from './context.ts';
import type { StreamWriter } from './stream-writer.ts';

/** Writes each event as one line of JSON. An event that is not valid against the contract is never written: it ends the command with exit code 3. */
export function jsonLines(writer: StreamWriter): Emit {
  return async (event) => {
    const checked = cliEvent.safeParse(event);
    if (!checked.success) {
      const { path, message } = checked.error.issues[0] ?? { path: [], message: 'unknown' };
      throw new ProgramError('contract-violation', `The event ${event.type} is not valid at ${path.join('.') || 'its root'}: ${message}`);
    }
    await writer.write(`${JSON.stringify(event)}\n`);
  };
}
