/**
 * What stands behind a service of a guest (WinRM, SSH): something that starts processes in it. The service knows its protocol and nothing of
 * the guest.
 */
export interface GuestProcesses {
  /** Starts a process; resolves once it runs. Rejects with a {@link StartFailure} when the guest cannot start it. */
  readonly start: (command: GuestCommand) => Promise<GuestProcess>;
}

export interface GuestCommand {
  /** The command and its arguments, joined by blanks exactly as the client sent them. */
  readonly line: string;
  /** `cmd`: the line is for the guest's cmd.exe; `none`: its first word is a program to start directly. */
  readonly shell: 'cmd' | 'none';
  /** Absent: the user's profile. */
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Console code page asked for, 65001 is UTF-8. */
  readonly codePage: number;
}

/** A running process in the guest. */
export interface GuestProcess {
  /**
   * Output in the order it arrived, ending after the process has ended and its pipes are drained or given up. One consumer only; what is not
   * consumed is held back at the process, so that an endless program cannot fill memory.
   */
  readonly output: AsyncIterable<{ readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }>;
  /** Resolves with the exit code as an unsigned 32-bit number. Never rejects; a process lost with its guest counts as 0xC000013A. */
  readonly exited: Promise<number>;
  /** Resolves when the process' pipe has taken the bytes, which their owner may then change; rejects when the pipe is closed. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Closes standard input. */
  readonly end: () => Promise<void>;
  /** Ends the process and what it started. Harmless when it has ended. */
  readonly kill: () => void;
}

/** Why a process could not be started: the Win32 error the service answers with (2 is file not found). */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
  readonly win32Code: number;

  constructor(win32Code: number, message: string) {
    super(message);
    this.win32Code = win32Code;
  }
}
