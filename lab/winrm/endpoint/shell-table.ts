import { randomUUID } from 'node:crypto';
import { windowsFaults } from '../faults/windows-faults.ts';
import type { CommandRequest } from '../messages/command.ts';
import type { CreateRequest } from '../messages/create.ts';
import { type GuestProcesses, StartFailure } from '../../core/guest-processes.ts';
import type { Quotas } from './quotas.ts';
import { RunningCommand } from './running-command.ts';

/** cmd.exe's own limit. */
const LONGEST_LINE = 8191;

/** A shell: settings that commands are started with, and the commands. */
class Shell {
  readonly id = randomUUID().toUpperCase();
  readonly owner: string;
  readonly settings: CreateRequest;
  readonly commands = new Map<string, RunningCommand>();
  idleTimer: NodeJS.Timeout | undefined;
  closed = false;

  constructor(owner: string, settings: CreateRequest) {
    this.owner = owner;
    this.settings = settings;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.idleTimer);
    for (const command of this.commands.values()) command.close();
    this.commands.clear();
  }
}

/** All shells of an endpoint, with their quotas. Throws Refusals for what Windows refuses. */
export class ShellTable {
  readonly #shells = new Map<string, Shell>();
  readonly #processes: GuestProcesses;
  readonly #quotas: Quotas;

  constructor(processes: GuestProcesses, quotas: Quotas) {
    this.#processes = processes;
    this.#quotas = quotas;
  }

  /** Opens a shell and returns its id. */
  open(owner: string, settings: CreateRequest): string {
    const owned = [...this.#shells.values()].filter((shell) => shell.owner === owner).length;
    if (owned >= this.#quotas.maxShellsPerUser) throw windowsFaults.tooManyShells(this.#quotas.maxShellsPerUser);
    const shell = new Shell(owner, settings);
    shell.idleTimer = setTimeout(() => this.#expire(shell), this.#quotas.shellIdleTimeoutMs).unref();
    this.#shells.set(shell.id, shell);
    return shell.id;
  }

  /** Starts a command and returns its id. */
  async start(owner: string, shellId: string | undefined, request: CommandRequest): Promise<string> {
    const shell = this.#shell(owner, shellId);
    if (request.line.length > LONGEST_LINE) throw windowsFaults.commandTooLong();
    const running = [...shell.commands.values()].filter((command) => command.running).length;
    if (running >= this.#quotas.maxProcessesPerShell) throw windowsFaults.tooManyProcesses(this.#quotas.maxProcessesPerShell);
    const id = request.commandId ?? randomUUID().toUpperCase();
    if (shell.commands.has(id.toUpperCase())) throw windowsFaults.invalidParameter();
    const { workingDirectory, environment, codePage } = shell.settings;
    const process = await this.#processes
      .start({
        line: request.line,
        shell: request.skipCmdShell ? 'none' : 'cmd',
        ...(workingDirectory ? { cwd: workingDirectory } : {}),
        env: environment,
        codePage,
      })
      .catch((error: unknown) => {
        throw error instanceof StartFailure ? windowsFaults.cannotStart(error.win32Code, error.message) : error;
      });
    const command = new RunningCommand(id, process);
    if (shell.closed) {
      command.close();
      throw windowsFaults.shellNotFound(shell.id);
    }
    shell.commands.set(id.toUpperCase(), command);
    return id;
  }

  command(owner: string, shellId: string | undefined, commandId: string): RunningCommand {
    const command = this.#shell(owner, shellId).commands.get(commandId.toUpperCase());
    if (command === undefined) throw windowsFaults.commandNotFound();
    return command;
  }

  /** Forgets a command that is finished, so that its place is free. */
  sweep(owner: string, shellId: string | undefined, command: RunningCommand): void {
    if (command.finished) this.#shell(owner, shellId).commands.delete(command.id.toUpperCase());
  }

  close(owner: string, shellId: string | undefined): void {
    const shell = this.#shell(owner, shellId);
    this.#shells.delete(shell.id);
    shell.close();
  }

  closeAll(): void {
    for (const shell of this.#shells.values()) shell.close();
    this.#shells.clear();
  }

  #shell(owner: string, shellId: string | undefined): Shell {
    const shell = this.#shells.get((shellId ?? '').toUpperCase());
    if (shell === undefined) throw windowsFaults.shellNotFound(shellId ?? '');
    if (shell.owner !== owner) throw windowsFaults.accessDenied();
    shell.idleTimer?.refresh();
    return shell;
  }

  #expire(shell: Shell): void {
    if ([...shell.commands.values()].some((command) => command.running)) {
      shell.idleTimer?.refresh();
      return;
    }
    this.#shells.delete(shell.id);
    shell.close();
  }
}
