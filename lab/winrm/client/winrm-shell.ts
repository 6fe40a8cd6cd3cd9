import type { Call } from '../../core/call.ts';
import { faultCodes } from '../faults/fault-catalogue.ts';
import { faultOf } from '../faults/fault.ts';
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
import { ownDeadline } from './own-deadline.ts';
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

/** How long freeing the place of a command that is done may take. */
const FREE_MS = 5_000;
/** Faults that say that there is nothing left to free. */
const NOTHING_LEFT: ReadonlySet<number | undefined> = new Set([faultCodes.shellNotFound, faultCodes.aborted]);

/** A shell in the guest: an environment and a directory that commands are started in. */
export class WinrmShell {
  readonly id: string;
  readonly #exchange: Exchange;
  #usable = true;
  #freeing: Promise<void> = Promise.resolve();

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

  /** Whether nothing is known that speaks against starting another command in it. */
  get usable(): boolean {
    return this.#usable;
  }

  /**
   * Frees the place of a command that is done ([MS-WSMV] 3.1.4.12), beside whatever comes next: nobody's answer depends on it. When that fails the
   * shell is no longer {@link usable}.
   */
  free(command: WinrmCommand): void {
    const call = ownDeadline(FREE_MS, 'Freeing the place of a command');
    const freed = command
      .signal('terminate', call)
      .catch((error: unknown) => {
        this.#usable &&= NOTHING_LEFT.has(faultOf(error)?.code);
      })
      .finally(() => call[Symbol.dispose]());
    this.#freeing = Promise.all([this.#freeing, freed]).then(() => {});
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
    await Promise.race([this.#freeing, aborted(call.signal)]);
    await this.#exchange.ask({ name: 'Delete', build: (context) => deleteRequest(context, this.id), repeat: 'never' }, call);
  }
}

/** Resolves once the signal aborts; whoever waits finds out by themselves. */
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
