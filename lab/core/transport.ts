import type { Call } from './call.ts';
import type { Endpoint } from './guest.ts';
import type { LocalPath, RemotePath, Sha256 } from './ids.ts';

/** A command line for the guest's shell. */
export interface RemoteCommand {
  /** Handed to the shell as it is; quoting is the caller's. */
  readonly line: string;
  /** `cmd` runs it through the guest's cmd.exe; `none` starts the program directly where the guest allows it. */
  readonly shell: 'cmd' | 'none';
  readonly cwd?: RemotePath;
  readonly env?: Readonly<Record<string, string>>;
  /** Everything the command gets on standard input, which is then closed. Absent: closed at once. */
  readonly stdin?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Kills the command after so many milliseconds; the result then says `timed-out`. */
  readonly timeoutMs?: number;
  /** Called as output arrives, in order within a stream. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  /** What is kept of each stream; the rest is read, dropped and flagged. Default 8 MiB. */
  readonly maxOutputBytes?: number;
}

/** What a command did. A non-zero exit code is a result, not a throw. */
export interface CommandResult {
  /** 0 to 4294967295: Windows exit codes are unsigned 32-bit numbers. */
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly truncated: { readonly stdout: boolean; readonly stderr: boolean };
  readonly ended: 'exited' | 'timed-out';
  /** Wall time seen from the host, the wire included. Never a measurement of the program. */
  readonly durationMs: number;
}

/** Proof that a file arrived: the digest was computed at the far end. */
export interface FileReceipt {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
  readonly durationMs: number;
  /** How the bytes travelled: `already-there`, `winrm-stdin`, … */
  readonly way: string;
}

/** Talks to one guest. Calls may overlap. Disposing ends what is running. */
export interface Connection extends AsyncDisposable {
  readonly run: (command: RemoteCommand, call: Call) => Promise<CommandResult>;
  /** Temp name, SHA-256 in the guest, atomic move. Skips a file that is already there with the same digest. */
  readonly put: (local: LocalPath, to: RemotePath, call: Call) => Promise<FileReceipt>;
  readonly get: (from: RemotePath, to: LocalPath, call: Call) => Promise<FileReceipt>;
}

/** Makes connections. `connect` has spoken to the guest and been let in before it resolves. */
export interface Transport<E extends Endpoint = Endpoint> {
  readonly connect: (endpoint: E, call: Call) => Promise<Connection>;
}
