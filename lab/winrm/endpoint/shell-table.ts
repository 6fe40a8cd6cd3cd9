import { randomUUID } from 'node:crypto';
import { type GuestProcesses, StartFailure } from '../../core/guest-processes.ts';
import { windowsFaults } from '../faults/windows-faults.ts';
import { type CommandRequest, wholeLine } from '../messages/command.ts';
import type { CreateRequest } from '../messages/create.ts';
import type { ShellDescription } from '../messages/shell-description.ts';
import type { CommandDescription } from '../messages/shells.ts';
import { OpenShell, type ShellOwner } from './open-shell.ts';
import type { Quotas } from './quotas.ts';
import { RunningCommand } from './running-command.ts';

/** cmd.exe's own limit. */
const LONGEST_LINE = 8191;
/** What Windows gives a console whose code page nobody chose, in English. */
const DEFAULT_CODE_PAGE = 437;

/** All shells of an endpoint, with their quotas. Throws Refusals for what Windows refuses. Ids are told apart without regard to case. */
export class ShellTable {
  /** By id in upper case. */
  readonly #shells = new Map<string, OpenShell>();
  readonly #processes: GuestProcesses;
  readonly #quotas: Quotas;

  constructor(processes: GuestProcesses, quotas: Quotas) {
    this.#processes = processes;
    this.#quotas = quotas;
  }

  /** Opens a shell, under the id the client chose if it chose one. */
  open(owner: ShellOwner, settings: CreateRequest): ShellDescription {
    const { maxShellsPerUser, maxConcurrentUsers, shellIdleTimeoutMs } = this.#quotas;
    const owners = [...this.#shells.values()].map((shell) => shell.owner.user);
    if (owners.filter((user) => user === owner.user).length >= maxShellsPerUser) throw windowsFaults.tooManyShells(maxShellsPerUser);
    if (new Set([...owners, owner.user]).size > maxConcurrentUsers) throw windowsFaults.tooManyUsers();
    const taken = settings.shellId !== undefined && this.#shells.has(settings.shellId.toUpperCase());
    if (taken || settings.idleTimeoutMs === 0 || settings.lifetimeMs === 0) throw windowsFaults.invalidParameter();
    const idleTimeoutMs = Math.min(settings.idleTimeoutMs ?? shellIdleTimeoutMs, shellIdleTimeoutMs);
    const shell: OpenShell = new OpenShell(owner, settings, idleTimeoutMs, () => this.#remove(shell));
    this.#shells.set(shell.id.toUpperCase(), shell);
    return shell.describe();
  }

  /** Starts a command and returns its id. */
  async start(user: string, shellId: string | undefined, request: CommandRequest): Promise<string> {
    const shell = this.#shell(user, shellId);
    const line = wholeLine(request);
    if (line.length > LONGEST_LINE) throw windowsFaults.commandTooLong();
    if (shell.running >= this.#quotas.maxProcessesPerShell) throw windowsFaults.tooManyProcesses(this.#quotas.maxProcessesPerShell);
    const id = request.commandId ?? randomUUID().toUpperCase();
    if (shell.commands.has(id.toUpperCase())) throw windowsFaults.invalidParameter();
    const { workingDirectory, environment, codePage } = shell.settings;
    const process = await this.#processes
      .start({
        line,
        shell: request.skipCmdShell ? 'none' : 'cmd',
        ...(workingDirectory ? { cwd: workingDirectory } : {}),
        env: environment,
        codePage: codePage ?? DEFAULT_CODE_PAGE,
      })
      .catch((error: unknown) => {
        throw error instanceof StartFailure ? windowsFaults.cannotStart(error.win32Code, error.message) : error;
      });
    const command = new RunningCommand(id, line, process);
    if (shell.closed) {
      command.close();
      throw windowsFaults.shellNotFound(shell.id);
    }
    if (shell.commands.has(id.toUpperCase())) {
      command.close();
      throw windowsFaults.invalidParameter();
    }
    shell.commands.set(id.toUpperCase(), command);
    return id;
  }

  command(user: string, shellId: string | undefined, commandId: string): RunningCommand {
    const command = this.#shell(user, shellId).commands.get(commandId.toUpperCase());
    if (command === undefined) throw windowsFaults.commandNotFound();
    return command;
  }

  /** Forgets a command that is finished, so that its place is free. */
  sweep(user: string, shellId: string | undefined, command: RunningCommand): void {
    if (command.finished) this.#shell(user, shellId).commands.delete(command.id.toUpperCase());
  }

  /** The shells of all users: whoever may log in here is an administrator. */
  list(): readonly ShellDescription[] {
    return [...this.#shells.values()].map((shell) => shell.describeFully());
  }

  /** One shell, whoever it belongs to. Looking at it is not using it. */
  look(shellId: string | undefined): ShellDescription {
    const shell = this.#shells.get((shellId ?? '').toUpperCase());
    if (shell === undefined) throw windowsFaults.shellUnknown();
    return shell.describeFully();
  }

  /** The commands of a shell; none when it is gone. */
  commandsOf(shellId: string | undefined): readonly CommandDescription[] {
    return this.#shells.get((shellId ?? '').toUpperCase())?.describeCommands() ?? [];
  }

  close(user: string, shellId: string | undefined): void {
    this.#remove(this.#shell(user, shellId));
  }

  closeAll(): void {
    for (const shell of this.#shells.values()) shell.close();
    this.#shells.clear();
  }

  #shell(user: string, shellId: string | undefined): OpenShell {
    const shell = this.#shells.get((shellId ?? '').toUpperCase());
    if (shell === undefined) throw windowsFaults.shellNotFound(shellId ?? '');
    if (shell.owner.user !== user) throw windowsFaults.accessDenied();
    shell.used();
    return shell;
  }

  #remove(shell: OpenShell): void {
    this.#shells.delete(shell.id.toUpperCase());
    shell.close();
  }
}
