import type { BoxAnswer, BoxRepair, RepairableFact } from './box-truth.ts';
import type { Call } from './call.ts';
import type { RemotePath, Sha256 } from './ids.ts';

/**
 * What can be asked of a guest. Everything here runs inside the guest; durations come from a monotonic clock beside the process.
 * Answers are validated against the toolkit's schema before anybody sees them: a guest is hostile until proved otherwise.
 */
export interface Toolkit {
  readonly name: 'agent' | 'powershell';
  readonly describe: (call: Call) => Promise<GuestDescription>;
  /** Creates directories and files below `root`. Existing files are refused. */
  readonly makeTree: (root: RemotePath, files: readonly TreeFile[], call: Call) => Promise<void>;
  /** Lists everything below `root` (names relative, `\` between parts, sorted). An absent root is an empty listing. */
  readonly listTree: (root: RemotePath, options: ListOptions, call: Call) => Promise<TreeListing>;
  /** Extracts a zip as a person would; refuses entries that climb out of `to`. */
  readonly unpack: (archive: RemotePath, to: RemotePath, call: Call) => Promise<UnpackReceipt>;
  readonly remove: (path: RemotePath, call: Call) => Promise<void>;
  /** Runs one program directly, no shell. */
  readonly run: (program: ProgramRun, call: Call) => Promise<ProgramResult>;
  /** Runs several programs in turn, `rounds` times over (A B A B …), and measures each run. Output is checked, not kept. */
  readonly measure: (programs: readonly MeasuredProgram[], rounds: number, call: Call) => Promise<readonly MeasuredRun[]>;
  /** Writes the mark that browsers put on downloads (the `Zone.Identifier` stream). */
  readonly markDownloaded: (file: RemotePath, mark: DownloadMark, call: Call) => Promise<void>;
  /** Reads it back; `undefined` when the file carries none. */
  readonly readDownloadMark: (file: RemotePath, call: Call) => Promise<DownloadMark | undefined>;
  /** What the executable file itself says of its signature, read from its bytes in the guest. */
  readonly readSignature: (file: RemotePath, call: Call) => Promise<SignatureFacts>;
  /** What the machine is really like, each fact by itself: one that cannot be read is `unknown` and takes no other along. */
  readonly readBox: (call: Call) => Promise<BoxAnswer>;
  /** Puts right what can be without a restart, in the order of `facts`; `clockUnixMs` is the time by the lab's clock. Whether it helped, the next reading says. */
  readonly repairBox: (facts: readonly RepairableFact[], clockUnixMs: number, call: Call) => Promise<readonly BoxRepair[]>;
}

export interface GuestDescription {
  /** As the guest reports it: `10.0.19045`. */
  readonly osVersion: string;
  readonly productName: string;
  readonly architecture: string;
  readonly locale: string;
  readonly timeZone: string;
  readonly logicalProcessors: number;
  readonly memoryBytes: number;
  readonly user: string;
  readonly hostName: string;
  readonly temporaryDirectory: RemotePath;
  readonly userProfile: RemotePath;
  readonly localAppData: RemotePath;
  /** Names of network interfaces that are up, loopback included. */
  readonly networkInterfaces: readonly string[];
  /** Wine's own version where the guest is Wine. */
  readonly emulator?: string;
}

/** A file to be made: with `text`, or filled to `sizeBytes` with bytes that depend on its name. */
export type TreeFile = { readonly path: string; readonly text: string } | { readonly path: string; readonly sizeBytes: number };

export interface ListOptions {
  /** Whether to compute SHA-256 of every file. */
  readonly hash: boolean;
  /** The listing stops there and says `complete: false`. */
  readonly maxEntries: number;
  /** How many levels are listed: 1 is what lies directly in `root`. Absent: all of them. */
  readonly depth?: number;
}

export interface TreeEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'other';
  /** 0 for anything but a file. */
  readonly sizeBytes: number;
  readonly sha256?: Sha256;
}

export interface TreeListing {
  readonly entries: readonly TreeEntry[];
  readonly complete: boolean;
}

export interface UnpackReceipt {
  readonly files: number;
  readonly bytes: number;
  readonly durationMs: number;
  /** What did it: `Expand-Archive`, `agent`. */
  readonly tool: string;
}

export interface ProgramRun {
  readonly executable: RemotePath;
  readonly args: readonly string[];
  readonly cwd: RemotePath;
  /** `system-only`: what a fresh logon has, `PATH` stripped to the Windows and System32 folders. */
  readonly environment: 'inherited' | 'system-only';
  /** On top of `environment`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly timeoutMs: number;
  /** Kept of each stream, default 1 MiB. */
  readonly maxOutputBytes?: number;
}

export interface ProgramResult {
  /** 0 to 4294967295. */
  readonly exitCode: number;
  readonly ended: 'exited' | 'timed-out';
  /** UTF-8; invalid bytes become U+FFFD. */
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
  readonly durationMs: number;
}

export interface MeasuredProgram {
  /** Names the series: `start-up`. */
  readonly series: string;
  readonly program: ProgramRun;
  /** The run counts only if standard output holds this text: an exit code is no evidence. */
  readonly expectInStdout: string;
}

export interface MeasuredRun {
  readonly series: string;
  /** 0-based. */
  readonly round: number;
  readonly exitCode: number;
  readonly expectedOutput: boolean;
  readonly durationMs: number;
  /** Highest resident set size seen; absent where the guest cannot tell. */
  readonly peakMemoryBytes?: number;
  /** Last line of standard output (at most 4 KiB), for programs that report their own counts. */
  readonly lastLine: string;
}

export interface DownloadMark {
  /** 3 is the internet zone. */
  readonly zoneId: number;
  readonly hostUrl?: string;
  readonly referrerUrl?: string;
}

export interface SignatureFacts {
  readonly isPortableExecutable: boolean;
  /** Size of the Authenticode certificate table in the file; 0 means unsigned. */
  readonly certificateTableBytes: number;
  /** Whether the digest inside the signature matches the file, where something in the guest could check it. */
  readonly digestMatches?: boolean;
  /** What WinVerifyTrust said, as Windows writes error codes: `0x00000000` is trust, `0x800B0109` an unknown root. Real Windows only. */
  readonly trustResult?: string;
  /** Subject and SHA-1 thumbprint of the signer's certificate. Real Windows only. */
  readonly signer?: string;
  readonly signerThumbprint?: string;
}
