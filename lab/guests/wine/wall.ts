import type { Isolation } from '../../core/guest.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { HostProgram } from './host-program.ts';

/** A prefix (a guest's C: drive and registry) on a host, ready for programs. */
export interface PreparedPrefix {
  /** How to run something in it. All that runs in one prefix must come from one `PreparedPrefix`. */
  readonly program: (command: PrefixCommand) => HostProgram;
  readonly leftovers: Leftovers;
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
  /** A POSIX shell script; `$WINELOADER` and `$WINESERVER` name Wine's programs. */
  | { readonly kind: 'script'; readonly script: string };

export interface PrefixPlace {
  /** A folder of its own for what is written. */
  readonly folder: LocalPath;
  /** What the prefix starts from: `fresh` makes an empty one in `folder/prefix`. */
  readonly from: 'fresh' | readonly LocalPath[];
  readonly hostName: string;
  /** Host files by their names on drive X:. */
  readonly drive: Readonly<Record<string, LocalPath>>;
  readonly env: Readonly<Record<string, string>>;
}

/** One way of keeping guests and host apart. */
export interface Wall {
  readonly isolation: Isolation;
  /** Part of the recipe of what is made behind it. */
  readonly id: string;
  readonly prepare: (place: PrefixPlace) => Promise<PreparedPrefix>;
}

