import type { Isolation, PullRoute } from '../../core/guest.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { HostProgram } from './host-program.ts';
import type { GatewayProgram } from './pull-gateway.ts';

/** A prefix (a guest's C: drive and registry) on a host, ready for programs. */
export interface PreparedPrefix {
  /** How to run something in it. All that runs in one prefix must come from one `PreparedPrefix`. */
  readonly program: (command: PrefixCommand) => HostProgram;
  readonly leftovers: Leftovers;
  /** How the prefix' programs can fetch files from this host; absent where they cannot. */
  readonly pull?: PullRoute;
  /**
   * Where nothing ends a prefix' programs by itself: a program that waits for the end of its standard input, then ends them and removes the
   * leftovers. Whoever runs programs in the prefix must start it first and hold the other end.
   */
  readonly watcher?: HostProgram;
}

/** What has to be ended and removed when a prefix is no longer used. Plain data, so that another process can do it. */
export interface Leftovers {
  /** Folders and what is in them, the prefix' own included. */
  readonly folders: readonly string[];
  /** Where nothing ends a prefix' programs by itself: the prefix by which they are found. */
  readonly looseIn?: string;
}

/** What to run in a prefix. */
export type PrefixCommand =
  /** A Windows program by its Windows path. */
  | { readonly kind: 'windows'; readonly args: readonly string[] }
  /** Several of Wine's programs in turn, whatever their exit codes; nothing on standard input, standard error with the output. */
  | { readonly kind: 'steps'; readonly steps: readonly WineStep[] };

/** A Windows program, or Wine's server with its options. */
export interface WineStep {
  readonly run: 'wine' | 'wineserver';
  readonly args: readonly string[];
}

/** A POSIX shell script of the steps. `wine` and `wineserver` are shell words for the two programs. */
export const stepsScript = (steps: readonly WineStep[], words: Readonly<Record<WineStep['run'], string>>): string =>
  ['exec 2>&1 </dev/null', ...steps.map(({ run, args }) => [words[run], ...args.map(quoted)].join(' '))].join('\n');

/** A word for a POSIX shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export interface PrefixPlace {
  /** A folder of its own for what is written. */
  readonly folder: LocalPath;
  /** What the prefix starts from: `fresh` makes an empty one in `folder/prefix`. */
  readonly from: 'fresh' | readonly LocalPath[];
  readonly hostName: string;
  /** Host files by their names on drive X:. */
  readonly drive: Readonly<Record<string, LocalPath>>;
  readonly env: Readonly<Record<string, string>>;
  /** What lets a walled-off guest fetch files from this host. Absent: files are pushed into it. */
  readonly gateway?: GatewayProgram;
}

/** One way of keeping guests and host apart. */
export interface Wall {
  readonly isolation: Isolation;
  /** Part of the recipe of what is made behind it. */
  readonly id: string;
  readonly prepare: (place: PrefixPlace) => Promise<PreparedPrefix>;
}
