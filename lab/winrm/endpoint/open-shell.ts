import { randomUUID } from 'node:crypto';
import type { CreateRequest } from '../messages/create.ts';
import type { ShellDescription } from '../messages/shell-description.ts';
import type { CommandDescription } from '../messages/shells.ts';
import { cmdShellUri } from '../soap/namespaces.ts';
import type { RunningCommand } from './running-command.ts';

/** Timers take no more; what lasts longer than these 24 days is not timed at all. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Who opens a shell, and from where. */
export interface ShellOwner {
  readonly user: string;
  readonly clientIp: string;
  /** `en-US`; what the client wants texts in. */
  readonly locale: string;
  readonly dataLocale: string;
}

/** A shell: settings that commands are started with, and the commands. */
export class OpenShell {
  readonly id: string;
  readonly owner: ShellOwner;
  readonly settings: CreateRequest;
  readonly idleTimeoutMs: number;
  /** By id in upper case. */
  readonly commands = new Map<string, RunningCommand>();
  readonly #openedAt = performance.now();
  readonly #idleTimer: NodeJS.Timeout;
  readonly #lifeTimer: NodeJS.Timeout | undefined;
  #usedAt = this.#openedAt;
  #closed = false;

  /** `expired` is called once the shell has outlived its time; nobody but the caller closes it then. */
  constructor(owner: ShellOwner, settings: CreateRequest, idleTimeoutMs: number, expired: () => void) {
    this.id = settings.shellId ?? randomUUID().toUpperCase();
    this.owner = owner;
    this.settings = settings;
    this.idleTimeoutMs = idleTimeoutMs;
    const whenIdle = (): void => {
      if (this.running > 0) this.#idleTimer.refresh();
      else expired();
    };
    this.#idleTimer = setTimeout(whenIdle, Math.min(idleTimeoutMs, LONGEST_TIMER_MS)).unref();
    const { lifetimeMs } = settings;
    this.#lifeTimer = lifetimeMs === undefined || lifetimeMs > LONGEST_TIMER_MS ? undefined : setTimeout(expired, lifetimeMs).unref();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Processes that count against the shell's quota. */
  get running(): number {
    return this.commands.values().reduce((count, command) => count + (command.running ? 1 : 0), 0);
  }

  /** Says that somebody used it. */
  used(): void {
    this.#usedAt = performance.now();
    this.#idleTimer.refresh();
  }

  /** What Windows says of a shell when it is opened. */
  describe(): ShellDescription {
    const { name, environment, workingDirectory, lifetimeMs } = this.settings;
    const now = performance.now();
    return {
      shellId: this.id,
      ...(name === undefined ? {} : { name }),
      resourceUri: cmdShellUri,
      owner: this.owner.user,
      clientIp: this.owner.clientIp,
      ...(Object.keys(environment).length === 0 ? {} : { environment }),
      ...(workingDirectory === undefined ? {} : { workingDirectory }),
      ...(lifetimeMs === undefined ? {} : { lifetimeMs }),
      idleTimeoutMs: this.idleTimeoutMs,
      inputStreams: 'stdin',
      outputStreams: 'stdout stderr',
      runTimeMs: now - this.#openedAt,
      inactivityMs: now - this.#usedAt,
    };
  }

  /** What it says later, to those who list shells. The process that hosts a shell and its memory are not known here. */
  describeFully(): ShellDescription {
    return {
      ...this.describe(),
      maxIdleTimeoutMs: LONGEST_TIMER_MS,
      locale: this.owner.locale,
      dataLocale: this.owner.dataLocale,
      compressionMode: 'NoCompression',
      profileLoaded: this.settings.noProfile !== true,
      encoding: 'UTF8',
      bufferMode: 'Block',
      state: 'Connected',
      childProcesses: this.running,
    };
  }

  /** The commands that were started in it and not yet given up. */
  describeCommands(): readonly CommandDescription[] {
    return this.commands
      .values()
      .map((command) => ({ commandId: command.id, line: command.line, state: command.running ? 'Running' : 'Done' }))
      .toArray();
  }

  /** Kills what runs in it. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#lifeTimer);
    for (const command of this.commands.values()) command.close();
    this.commands.clear();
  }
}
