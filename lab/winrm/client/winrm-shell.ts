import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { commandRequest, parseCommandResponse } from '../messages/command.ts';
import { deleteRequest } from '../messages/delete.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import type { Exchange } from './exchange.ts';
import { WinrmCommand, newId } from './winrm-command.ts';

/** What is started in a shell. */
export interface CommandSpec {
  readonly line: string;
  /** Starts the program directly; it must then be given with its full path. */
  readonly skipCmdShell: boolean;
}

/** A shell in the guest: an environment and a directory that commands are started in. */
export class WinrmShell {
  readonly id: string;
  readonly #exchange: Exchange;

  constructor(exchange: Exchange, id: string) {
    this.#exchange = exchange;
    this.id = id;
  }

  /** Starts a command with a pipe as standard input. Never repeated: a command must not run twice. */
  async start(spec: CommandSpec, call: Call): Promise<WinrmCommand> {
    const request = { ...spec, commandId: newId(), consoleModeStdin: false };
    const body = await this.#exchange.ask(
      { name: 'Command', build: (context) => commandRequest(context, this.id, request), repeat: 'never' },
      call,
    );
    try {
      return new WinrmCommand(this.#exchange, this.id, parseCommandResponse(body));
    } catch (error) {
      throw error instanceof ProtocolViolation
        ? LabError.of('winrm.protocol-violation', { url: this.#exchange.target.url, what: error.message }, { cause: error })
        : error;
    }
  }

  /** Closes the shell; what still runs in it is killed. */
  async close(call: Call): Promise<void> {
    await this.#exchange.ask({ name: 'Delete', build: (context) => deleteRequest(context, this.id), repeat: 'never' }, call);
  }
}
