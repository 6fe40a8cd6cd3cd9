import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../core/call.ts';
import type { LocalPath } from '../core/ids.ts';
import { cachedFolder } from './cached-folder.ts';
import { type LockedPackage, fetchNpmPackage } from './npm-package.ts';
import { unpackMember } from './unpack-member.ts';
import type { WindowsNodeSource } from './windows-node.ts';

/** Bun as the lab pins it: the one that runs here and packages, and the one for Windows that a program is put into. Both are of one version. */
export interface WindowsBun {
  /** For Linux on x64. */
  readonly packager: LocalPath;
  readonly executable: LocalPath;
  readonly version: string;
}

const VERSION = '1.4.5';
/** Together they have 220 MB, and few ever need them: they are not dependencies of the project, so the lock file cannot pin them. */
const packager: LockedPackage = {
  name: '@oven/bun-linux-x64',
  version: VERSION,
  integrity: 'sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==',
};
const runtime: LockedPackage = {
  name: '@oven/bun-windows-x64',
  version: VERSION,
  integrity: 'sha512-FNvply651vcE/GHgNWz6mZvhmkwBuu8Hw54oNzA+CQog+HW+542rXQmZqNHRkFxazD9L3xi+iTtvO3engAgJfw==',
};
const PACKAGER = 'bun';
const EXECUTABLE = 'bun.exe';

/**
 * Gives Bun, which is fetched into the cache on first use and checked against the digests above. Later calls use no network. Safe when several
 * processes call it at once.
 */
export async function windowsBun({ folders, projectRoot, onProgress }: WindowsNodeSource, call: Call): Promise<WindowsBun> {
  const { folder } = await cachedFolder(
    folders,
    {
      kind: 'windows-bun',
      recipe: { layout: 1, packager: packager.integrity, runtime: runtime.integrity },
      onWait: ({ pid }) => onProgress({ what: `wait for Bun ${VERSION}${pid === process.pid ? '' : `, which process ${pid} fetches`}` }),
      make: async (into, making) => {
        for (const [wanted, member, size] of [[packager, PACKAGER, '52 MB'] as const, [runtime, EXECUTABLE, '55 MB'] as const]) {
          onProgress({ what: `fetch ${wanted.name} ${VERSION} (${size})` });
          const archive = await fetchNpmPackage(wanted, projectRoot, into, making);
          await unpackMember(archive, `package/bin/${member}`, into, making);
          await rm(archive);
        }
        return { files: [PACKAGER, EXECUTABLE], about: { bun: VERSION, packager: packager.integrity, runtime: runtime.integrity } };
      },
    },
    call,
  );
  return {
    packager: path.join(folder, PACKAGER) as LocalPath,
    executable: path.join(folder, EXECUTABLE) as LocalPath,
    version: VERSION,
  };
}
