import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { LabConfig } from '../../core/config.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { labCodeDigest } from '../../host/code-digest.ts';
import type { Folders } from '../../host/folders.ts';
import { readPlainFile } from '../../host/plain-file.ts';
import { openStaging } from '../../host/staging.ts';
import type { WindowsBun } from '../../host/windows-bun.ts';
import type { WindowsNode } from '../../host/windows-node.ts';
import type { Assembly } from './assemble-executable.ts';
import type { BuiltExecutable, Component } from './built-executable.ts';
import type { BundleRequest, BundledProgram } from './bundle-program.ts';
import { libraryComponents } from './library-components.ts';
import { type NativePart, componentsOf, readNativePart } from './native-parts.ts';
import { bunCompile } from './packagers/bun.ts';
import { nodeSea } from './packagers/node-sea.ts';
import type { Packager } from './packagers/packager.ts';
import { bunRuntime, nodeRuntime } from './packagers/runtimes.ts';
import { assembleOrReuse, recipeOf } from './reuse-executable.ts';
import { bundleOrReuse } from './reuse-program.ts';

export interface BuildRequest {
  readonly projectRoot: LocalPath;
  readonly product: LabConfig['product'];
  /** `1.2.3`, as in package.json. */
  readonly version: string;
  readonly commit: string;
  /** When the commit was made, as an ISO 8601 instant; the program can tell it. Absent for sources that no commit has. */
  readonly commitTime?: string;
  readonly windowsNode: WindowsNode;
  /** Gets Bun when it is wanted; absent: executables are made with Node or not at all. */
  readonly windowsBun?: (call: Call) => Promise<WindowsBun>;
  /** The executable appears here under the product's name; what else is in the folder stays. */
  readonly outputDirectory: LocalPath;
  readonly onProgress?: (what: string) => void;
  /** Told when another packager has to take over. */
  readonly onWarning?: (code: string, message: string) => void;
  /** Where programs and executables are kept that need not be made again; absent: both are made anew. */
  readonly reuse?: Folders;
  /** The Node that packages; the one the lab runs on unless a test says otherwise. */
  readonly packagingNode?: { readonly executable: LocalPath; readonly version: string };
}

/** What a packager's executable is made of, whoever makes it. */
interface Sources {
  readonly parts: readonly NativePart[];
  readonly icon: Uint8Array;
  readonly fileName: string;
  readonly onProgress: (what: string) => void;
}

const MOST_ICON_BYTES = 16 << 20;

/**
 * Builds the product's Windows executable: bundle the program, give the Windows runtime another identity, put both and the native parts together, read
 * the result back. The same sources, dependencies and runtime give the same bytes, wherever and whenever it is built. The executable appears under its
 * name only when it is whole and right.
 *
 * `product.packager` says who makes it. With `auto` Node does, and Bun where Node's fails or is wrong when it is read back; that is a warning, and the
 * result says why.
 */
export async function buildExecutable(request: BuildRequest, call: Call): Promise<BuiltExecutable> {
  const { projectRoot, product } = request;
  const onProgress = request.onProgress ?? (() => {});
  onProgress('bundle the program');
  const parts: NativePart[] = [];
  for (const part of product.nativeParts) parts.push(await readNativePart(projectRoot, part));
  const sources: Sources = {
    parts,
    fileName: `${product.name}.exe`,
    icon: await readPlainFile(path.join(projectRoot, product.icon), MOST_ICON_BYTES),
    onProgress,
  };
  const asked = 'it was asked for';
  if (product.packager === 'bun') return await buildWith(await packagerBun(request, call), asked, sources, request, call);
  const first = await packagerNode(request, call);
  const reason = product.packager === 'auto' ? 'the first choice, and it made what was to be made' : asked;
  try {
    return await buildWith(first, reason, sources, request, call);
  } catch (error) {
    call.signal.throwIfAborted();
    if (product.packager !== 'auto' || request.windowsBun === undefined || !isPackagers(error)) throw error;
    request.onWarning?.('packager-fallback', `The executable is made with Bun, which is another runtime. ${error.message}`);
    // This stands in the bundle: no message of a program, which may hold paths of this machine.
    return await buildWith(await packagerBun(request, call), `${first.name} failed (${error.code})`, sources, request, call);
  }
}

/** Whether another packager may do better. A mistake in the sources is the same for all. */
const isPackagers = (error: unknown): error is LabError =>
  error instanceof LabError && (error.code === 'build.packager-failed' || error.code === 'build.wrong-executable');

async function packagerNode({ windowsNode, packagingNode }: BuildRequest, call: Call): Promise<Packager> {
  const node = packagingNode ?? { executable: process.execPath as LocalPath, version: process.versions.node };
  // The format of what is put inside changes between releases, and a Windows Node of another version would not understand it.
  if (node.version !== windowsNode.version)
    throw LabError.of('build.node-differs', { packager: node.version, runtime: windowsNode.version });
  return nodeSea({ runtime: await nodeRuntime(windowsNode, call), node });
}

async function packagerBun({ windowsBun }: BuildRequest, call: Call): Promise<Packager> {
  if (windowsBun === undefined) throw LabError.of('build.packager-failed', { packager: 'bun', reason: 'nobody provides it here' });
  const bun = await windowsBun(call);
  return bunCompile({ runtime: await bunRuntime(bun, call), bun: { executable: bun.packager, version: bun.version } });
}

async function buildWith(
  packager: Packager,
  reason: string,
  { parts, icon, fileName, onProgress }: Sources,
  request: BuildRequest,
  call: Call,
): Promise<BuiltExecutable> {
  const { projectRoot, product, version, commit, commitTime } = request;
  const productBuild = {
    version,
    commit,
    ...(commitTime === undefined ? {} : { commitTime }),
    packager: packager.name,
    nativeParts: parts.map(describe),
  };
  const bundling: BundleRequest = {
    projectRoot,
    entry: product.entry,
    replaceModules: { ...product.replaceModules, ...product.packagers[packager.name].replaceModules },
    productBuild,
    target: packager.target,
  };
  const { code, packageFolders } = await bundled(bundling, request.reuse, call);
  const libraries = await libraryComponents(projectRoot, packageFolders);
  call.signal.throwIfAborted();

  const assets = new Map(parts.map((part) => [part.name, part.bytes]));
  const assembly: Assembly = { product, version, fileName, code, assets, icon, packager, onProgress };
  await using staging = await openStaging(request.outputDirectory);
  const { sizeBytes, sha256, runtimeBytes } = request.reuse
    ? await assembleOrReuse(request.reuse, await recipeOf(assembly), assembly, staging.directory, call)
    : await (await import('./assemble-executable.ts')).assembleExecutable(assembly, staging.directory, call);
  await staging.publish([fileName]);

  const nativePartsBytes = parts.reduce((sum, part) => sum + part.bytes.byteLength, 0);
  return {
    path: path.join(request.outputDirectory, fileName) as LocalPath,
    fileName,
    sizeBytes,
    sha256,
    packager: { name: packager.name, runtime: packager.runtime.name, reason, limits: packager.limits },
    components: [packager.runtime.component, ...libraries, ...parts.flatMap(componentsOf)].toSorted(byKindAndName),
    sizes: {
      runtimeBytes,
      programBytes: code.byteLength,
      nativePartsBytes,
      otherBytes: sizeBytes - runtimeBytes - code.byteLength - nativePartsBytes,
    },
  };
}

/** What bundles and assembles is large, and loaded only when something has changed. */
async function bundled(request: BundleRequest, folders: Folders | undefined, call: Call): Promise<BundledProgram> {
  if (folders !== undefined) return await bundleOrReuse({ folders, code: await labCodeDigest(call) }, request, call);
  const { bundleProgram } = await import('./bundle-program.ts');
  return await bundleProgram(request);
}

const describe = ({ name, package: from, bytes, sha256 }: NativePart): unknown => ({
  name,
  package: from.name,
  version: from.version,
  sizeBytes: bytes.byteLength,
  sha256,
});

const KINDS: readonly Component['kind'][] = ['runtime', 'library', 'native'];

function byKindAndName(a: Component, b: Component): number {
  const [x, y] = [a, b].map(({ kind, name, version }) => `${KINDS.indexOf(kind)} ${name} ${version}`) as [string, string];
  return x < y ? -1 : x > y ? 1 : 0;
}
