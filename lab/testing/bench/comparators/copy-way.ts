import type { Call } from '../../../core/call.ts';
import type { SshAddress, WinrmAddress } from '../../../core/guest.ts';
import type { LocalPath, RemotePath } from '../../../core/ids.ts';

/** What files are copied to, with all the doors it has. */
export interface CopyTarget {
  readonly name: string;
  readonly http: WinrmAddress;
  readonly https: WinrmAddress;
  readonly ssh: SshAddress;
  /** The process that is behind the doors. */
  readonly pid: number;
  /** Starts Node in it, as the beginning of a command line. */
  readonly node: string;
  /** A guest path as the programs in it see it. */
  readonly native: (file: RemotePath) => string;
}

/** One way of copying a file to a target. */
export interface CopyWay {
  readonly label: string;
  /** It gets no more than the head of a payload, since it would take too long; throughput is compared then. */
  readonly mostBytes?: number;
  /** How the bytes lie there afterwards. */
  readonly leaves: 'the-file' | 'base64-lines';
  /** Logs in. A text says why this way cannot be gone. Nothing is measured yet. */
  readonly open: (target: CopyTarget, call: Call) => Promise<OpenWay | string>;
}

export interface OpenWay extends AsyncDisposable {
  /** Copies a file under a name that is not taken. This is what is measured. Throws when the other end reports anything but success. */
  readonly copy: (local: LocalPath, to: RemotePath, call: Call) => Promise<void>;
}
