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
  /**
   * When it aborts, the command gets Ctrl-C as if it were pressed at its console; it may go on nevertheless. With an interrupt and without `stdin`
   * the command reads an open console instead of a closed pipe: Windows brings Ctrl-C to none but console programs.
   */
  readonly interrupt?: AbortSignal;
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
  /** How the bytes travelled: `already-there`, `http-pull`, `winrm-stdin`, … */
  readonly way: string;
  /** Ways that were tried before on this connection and given up, a sentence each. */
  readonly notes?: readonly string[];
}

/** Proof that a folder arrived: every file was hashed at the far end. */
export interface DirectoryReceipt {
  readonly path: string;
  readonly files: number;
  /** Of all files, unpacked. */
  readonly sizeBytes: number;
  /** Of the list of names, sizes and digests that `treeText` makes. */
  readonly treeSha256: Sha256;
  readonly durationMs: number;
  readonly way: string;
  readonly notes?: readonly string[];
}

/** What a copy may be told beside from where and to where. */
export interface FileTransferOptions {
  /** Called as bytes arrive. `bytesDone` never falls; of a folder, the bytes of its archive count. */
  readonly onProgress?: (bytesDone: number, bytesTotal: number) => void;
}

/** Talks to one guest. Calls may overlap. Disposing ends what is running. */
export interface Connection extends AsyncDisposable {
  readonly run: (command: RemoteCommand, call: Call) => Promise<CommandResult>;
  /** Temp name, SHA-256 in the guest, atomic move. Skips a file that is already there with the same digest. */
  readonly put: (local: LocalPath, to: RemotePath, call: Call, options?: FileTransferOptions) => Promise<FileReceipt>;
  readonly get: (from: RemotePath, to: LocalPath, call: Call, options?: FileTransferOptions) => Promise<FileReceipt>;
  /**
   * Copies a folder as one archive. `to` must not be there yet, or hold exactly the same, which then does not travel. All of it appears at once or
   * nothing does. Names that Windows cannot have, and links that lead out of the folder, are `copy.unsafe-name` before anything is sent.
   */
  readonly putDirectory: (local: LocalPath, to: RemotePath, call: Call, options?: FileTransferOptions) => Promise<DirectoryReceipt>;
  /** The same the other way round; `to` must not be there. */
  readonly getDirectory: (from: RemotePath, to: LocalPath, call: Call, options?: FileTransferOptions) => Promise<DirectoryReceipt>;
}

/** Makes connections. `connect` has spoken to the guest and been let in before it resolves. */
export interface Transport<E extends Endpoint = Endpoint> {
  readonly connect: (endpoint: E, call: Call) => Promise<Connection>;
}
