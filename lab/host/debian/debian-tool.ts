import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { LocalPath } from '../../core/ids.ts';
import { cachedFolder } from '../cached-folder.ts';
import type { Folders } from '../folders.ts';
import { fetchDebianPackages, unpackDebianPackages } from './debian-packages.ts';

/** A program out of Debian's packages that needs nothing installed. */
export interface DebianTool {
  readonly name: string;
  /** Debian's name of the release: `trixie`. */
  readonly suite: string;
  readonly packages: readonly string[];
  /** Path of the program in the packages: `usr/bin/gitleaks`. */
  readonly program: string;
}

/** Where a program came from. */
export interface FetchedTool {
  readonly program: LocalPath;
  /** Of the first package, as Debian writes it. */
  readonly version: string;
}

/** Gives the program, fetching and unpacking its packages on first use. Later calls use no network. Safe when several processes call it at once. */
export async function debianTool(folders: Folders, tool: DebianTool, call: Call): Promise<FetchedTool> {
  const { name, suite, packages, program } = tool;
  const cached = await cachedFolder(
    folders,
    {
      kind: `tool-${name}`,
      recipe: tool,
      make: async (into, making) => {
        const downloads = path.join(folders.cache, `tool-${name}.downloads`) as LocalPath;
        const fetched = await fetchDebianPackages({ suite, packages, folder: downloads, onProgress: () => {} }, making);
        await unpackDebianPackages(fetched, into, making);
        await rm(downloads, { recursive: true, force: true });
        return { files: [program], about: { version: fetched.find((one) => one.name === packages[0])?.version ?? 'unknown' } };
      },
    },
    call,
  );
  return { program: path.join(cached.folder, program) as LocalPath, version: cached.about['version'] ?? 'unknown' };
}
