import type { Call } from '../../core/call.ts';
import { type ShellOptions, type WinrmClient } from '../../winrm/client/winrm-client.ts';
import { ownDeadline } from '../../winrm/client/own-deadline.ts';
import type { WinrmShell } from '../../winrm/client/winrm-shell.ts';
import { faultCodes } from '../../winrm/faults/fault-catalogue.ts';
import { faultOf } from '../../winrm/faults/fault.ts';

/** Closing shells at the end is a courtesy: a guest that does not answer closes them itself in time. */
const CLOSE_MS = 3_000;

/** A shell lent to one command. */
export interface LentShell {
  readonly shell: WinrmShell;
  /** Whether it was opened earlier, for another command, and may have gone since. */
  readonly reused: boolean;
  /** Gives it back: `usable` to the next command, otherwise it is dropped. */
  readonly release: (usable: boolean) => void;
}

/**
 * Shells of one guest. Opening one costs the guest a process, so commands with the same directory and environment follow each other in the same
 * shell; no more than `most` are lent at a time, handed over in the order asked.
 */
export class ShellPool {
  readonly #client: WinrmClient;
  readonly #most: number;
  readonly #idle: { readonly key: string; readonly shell: WinrmShell }[] = [];
  readonly #waiting: (() => void)[] = [];
  #lent = 0;

  constructor(client: WinrmClient, most: number) {
    this.#client = client;
    this.#most = most;
  }

  async acquire(options: ShellOptions, call: Call): Promise<LentShell> {
    await this.#permit(call.signal);
    const key = JSON.stringify([
      options.workingDirectory,
      Object.entries(options.environment ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ]);
    try {
      const at = this.#idle.findLastIndex((idle) => idle.key === key && idle.shell.usable);
      const found = at === -1 ? undefined : this.#idle.splice(at, 1)[0];
      const shell = found?.shell ?? (await this.#open(options, call));
      let released = false;
      const release = (usable: boolean): void => {
        if (released) return;
        released = true;
        if (usable) this.#idle.push({ key, shell });
        this.#handOver();
      };
      return { shell, reused: found !== undefined, release };
    } catch (error) {
      this.#handOver();
      throw error;
    }
  }

  /** Closes the shells nobody uses. What is lent is the borrower's to close. */
  async close(): Promise<void> {
    using call = ownDeadline(CLOSE_MS, 'Closing shells in the guest');
    await Promise.all(this.#idle.splice(0).map(({ shell }) => shell.close(call).catch(() => {})));
  }

  async #open(options: ShellOptions, call: Call): Promise<WinrmShell> {
    // Room is made before the guest's quota of shells is reached.
    if (this.#idle.length + this.#lent > this.#most) await this.#idle.shift()?.shell.close(call);
    try {
      return await this.#client.openShell(options, call);
    } catch (error) {
      // The profile of the shell before was being unloaded just then: nothing was opened, and the next attempt loads it anew.
      if (faultOf(error)?.code !== faultCodes.profileUnloading) throw error;
      return await this.#client.openShell(options, call);
    }
  }

  #permit(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#lent < this.#most) {
      this.#lent++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const take = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(signal.reason);
      };
      this.#waiting.push(take);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #handOver(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#lent--;
  }
}
