import type { Call } from '../../core/call.ts';
import { commandRequest, parseCommandResponse } from '../messages/command.ts';
import { deleteRequest } from '../messages/delete.ts';
import type { ShellDescription } from '../messages/shell-description.ts';
import {
  type CommandDescription,
  getShellRequest,
  listCommandsRequest,
  parseGetShellResponse,
  parseListCommandsResponse,
} from '../messages/shells.ts';
import type { Exchange } from './exchange.ts';
import { WinrmCommand, newId } from './winrm-command.ts';

/** What is started in a shell. */
export interface CommandSpec {
  readonly line: string;
  /** Put behind the line by the guest, each with a blank before it and without any quoting. */
  readonly arguments?: readonly string[];
  /** Starts the program directly (WINRS_SKIP_CMD_SHELL); it must then be given with its full path. */
  readonly skipCmdShell: boolean;
  /**
   * Gives the command a console to read from and not a pipe (WINRS_CONSOLEMODE_STDIN). Only a pipe has an end that can be told, only a console
   * passes on `ctrl_c` and `ctrl_break`. Default false.
   */
  readonly consoleInput?: boolean;
}

/** A shell in the guest: an environment and a directory that commands are started in. */
export class WinrmShell {
  readonly id: string;
  readonly #exchange: Exchange;

  constructor(exchange: Exchange, id: string) {
    this.#exchange = exchange;
    this.id = id;
  }

  /** Starts a command. Never repeated: a command must not run twice. */
  async start(spec: CommandSpec, call: Call): Promise<WinrmCommand> {
    const request = { ...spec, commandId: newId(), consoleModeStdin: spec.consoleInput ?? false };
    const id = await this.#exchange.query(
      { name: 'Command', build: (context) => commandRequest(context, this.id, request), repeat: 'never' },
      parseCommandResponse,
      call,
    );
    return this.command(id);
  }

  /** A command of the shell that is known by its id. Whether there is one shows when it is used. */
  command(id: string): WinrmCommand {
    return new WinrmCommand(this.#exchange, this.id, id);
  }

  /** What the service says of the shell. */
  describe(call: Call): Promise<ShellDescription> {
    return this.#exchange.query(
      { name: 'Get', build: (context) => getShellRequest(context, this.id), repeat: 'when-lost' },
      parseGetShellResponse,
      call,
    );
  }

  /** The commands in it that nobody has given up yet. */
  commands(call: Call): Promise<readonly CommandDescription[]> {
    return this.#exchange.query(
      { name: 'Enumerate', build: (context) => listCommandsRequest(context, this.id), repeat: 'when-lost' },
      parseListCommandsResponse,
      call,
    );
  }

  /** Closes the shell; what still runs in it is killed. */
  async close(call: Call): Promise<void> {
    await this.#exchange.ask({ name: 'Delete', build: (context) => deleteRequest(context, this.id), repeat: 'never' }, call);
  }
}
