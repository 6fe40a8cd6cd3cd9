import { allOrNone } from '../../core/all-or-none.ts';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { ProviderProgress } from '../../core/guest.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { Folders } from '../../host/folders.ts';
import { windowsNode } from '../../host/windows-node.ts';
import { guestPowershell } from './guest-powershell.ts';
import { type GuestTools, guestTools } from './guest-tools.ts';
import { type IsolationSupport, probeIsolation } from './isolation-probe.ts';
import { namespaceWall } from './namespace-wall.ts';
import { openWall } from './open-wall.ts';
import { type GatewayProgram, gatewayProgram } from './pull-gateway.ts';
import { type Template, template } from './template.ts';
import type { Wall } from './wall.ts';
import { type WineRoot, wineRoot } from './wine-root.ts';

export interface PreparationOptions {
  readonly folders: Folders;
  readonly projectRoot: LocalPath;
  /** `none`: guests are not walled off even where the host would allow it. */
  readonly isolation: 'auto' | 'none';
  /** A PowerShell 7 for Windows, as folder or zip. */
  readonly powershell?: LocalPath | undefined;
}

/** All that guests are made of, in the cache and ready. */
export interface Prepared {
  readonly root: WineRoot;
  readonly wall: Wall;
  readonly support: IsolationSupport;
  readonly tools: GuestTools;
  /** Absent where guests cannot fetch files from this host, or need nothing for it. */
  readonly gateway: GatewayProgram | undefined;
  readonly node: LocalPath;
  /** A folder with a PowerShell 7 for Windows. */
  readonly powershell: LocalPath | undefined;
  readonly template: (build: number, call: Call) => Promise<Template>;
}

/** Throws where embedded guests cannot be at all. */
export function requireLinux(platform: string, architecture: string): void {
  if (platform !== 'linux' || architecture !== 'x64') throw LabError.of('wine.unsupported-host', { platform, architecture });
}

/** Fetches and makes what guests of any version need; what is there is found again. When one part fails, nothing is being fetched any more after the throw. */
export async function prepare(
  options: PreparationOptions,
  onProgress: (progress: ProviderProgress) => void,
  call: Call,
): Promise<Prepared> {
  requireLinux(process.platform, process.arch);
  const { folders, projectRoot, powershell: given } = options;
  const [root, node, tools, powershell] = await allOrNone(
    [
      (part) => wineRoot(folders, onProgress, part),
      (part) => windowsNode({ folders, projectRoot, onProgress }, part),
      (part) => guestTools(folders, part),
      (part) => (given === undefined ? undefined : guestPowershell(folders, given, part)),
    ],
    call,
  );
  const support = await supportOf(options, root, call);
  const wall = support.kind === 'namespaces' ? namespaceWall(root, support.overlay) : openWall(root);
  return {
    root,
    wall,
    support,
    tools,
    gateway: support.kind === 'namespaces' ? gatewayProgram(tools.gateway) : undefined,
    node: node.executable,
    powershell,
    template: (build, templateCall) => template({ folders, root, wall, onProgress }, build, templateCall),
  };
}

const supportOf = async (options: PreparationOptions, root: WineRoot, call: Call): Promise<IsolationSupport> =>
  options.isolation === 'none' ? { kind: 'none', reason: 'it was asked for' } : await probeIsolation(root, options.folders, call);
