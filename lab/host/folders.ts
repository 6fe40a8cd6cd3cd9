import os from 'node:os';
import path from 'node:path';
import type { LocalPath } from '../core/ids.ts';

/** Where the lab keeps things on this machine. */
export interface Folders {
  /** What can be fetched or made again: `LAB_CACHE_DIR`, else `$XDG_CACHE_HOME/anivault-lab`, else `~/.cache/anivault-lab`. */
  readonly cache: LocalPath;
  /** What cannot: keys and the notes on running guests. `LAB_STATE_DIR`, else `$XDG_STATE_HOME/anivault-lab`, else `~/.local/state/anivault-lab`. */
  readonly state: LocalPath;
}

/** Finds the folders in an environment. An empty variable counts as unset; a relative one is refused by the XDG specification and ignored. */
export function foldersIn(environment: Readonly<Record<string, string | undefined>>): Folders {
  const absolute = (name: string): string | undefined => {
    const value = environment[name];
    return value && path.isAbsolute(value) ? value : undefined;
  };
  const home = absolute('HOME') ?? os.homedir();
  const own = (override: string, xdg: string, fallback: readonly string[]): LocalPath =>
    (environment[override]
      ? path.resolve(environment[override])
      : path.join(absolute(xdg) ?? path.join(home, ...fallback), 'anivault-lab')) as LocalPath;
  return { cache: own('LAB_CACHE_DIR', 'XDG_CACHE_HOME', ['.cache']), state: own('LAB_STATE_DIR', 'XDG_STATE_HOME', ['.local', 'state']) };
}
