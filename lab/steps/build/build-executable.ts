import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { LabConfig } from '../../core/config.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { readTextIfThere } from '../../host/files.ts';
import type { Folders } from '../../host/folders.ts';
import { digestPlainFile, readPlainFile } from '../../host/plain-file.ts';
import { openStaging } from '../../host/staging.ts';
import { type Assembly, assembleExecutable } from './assemble-executable.ts';
import type { BuiltExecutable, Component } from './built-executable.ts';
import { bundleProgram } from './bundle-program.ts';
import { libraryComponents } from './library-components.ts';
import { type NativePart, componentsOf, readNativePart } from './native-parts.ts';
import { assembleOrReuse, recipeOf } from './reuse-executable.ts';

export interface BuildRequest {
  readonly projectRoot: LocalPath;
  readonly product: LabConfig['product'];
  /** `1.2.3`, as in package.json. */
  readonly version: string;
  readonly commit: string;
  readonly windowsNode: { readonly executable: LocalPath; readonly licence: LocalPath; readonly version: string };
  /** The executable appears here under the product's name; what else is in the folder stays. */
  readonly outputDirectory: LocalPath;
  readonly onProgress?: (what: string) => void;
  /** Where executables are kept that need not be built again; absent: it is built anew. */
  readonly reuse?: Folders;
  /** The Node that packages; the one the lab runs on unless a test says otherwise. */
  readonly packager?: { readonly executable: string; readonly version: string };
}

const MOST_ICON_BYTES = 16 << 20;

/**
 * Builds the product's Windows executable: bundle the program, give the Windows Node another identity, put both and the native parts together, read
 * the result back. The same sources, dependencies and Node give the same bytes, wherever and whenever it is built. The executable appears under its
 * name only when it is whole and right.
 */
export async function buildExecutable(request: BuildRequest, call: Call): Promise<BuiltExecutable> {
  const { projectRoot, product, version, commit, windowsNode } = request;
  const onProgress = request.onProgress ?? (() => {});
  const packager = request.packager ?? { executable: process.execPath, version: process.versions.node };
  // The format of what is put inside changes between releases, and a Windows Node of another version would not understand it.
  if (packager.version !== windowsNode.version)
    throw LabError.of('build.node-differs', { packager: packager.version, runtime: windowsNode.version });
  const fileName = `${product.name}.exe`;

  onProgress('bundle the program');
  const parts: NativePart[] = [];
  for (const part of product.nativeParts) parts.push(await readNativePart(projectRoot, part));
  const productBuild = { version, commit, packager: 'node-sea', nativeParts: parts.map(describe) };
  const { code, metafile } = await bundleProgram({
    projectRoot,
    entry: product.entry,
    replaceModules: product.replaceModules,
    productBuild,
    nodeVersion: windowsNode.version,
  });
  const libraries = await libraryComponents(projectRoot, metafile);
  call.signal.throwIfAborted();

  const runtimeComponent = await runtimeOf(windowsNode, call);
  const icon = await readPlainFile(path.join(projectRoot, product.icon), MOST_ICON_BYTES);
  const assets = new Map(parts.map((part) => [part.name, part.bytes]));
  const assembly: Assembly = { ...request, fileName, code, assets, icon, packager, onProgress };
  await using staging = await openStaging(request.outputDirectory);
  const { sizeBytes, sha256, runtimeBytes } = request.reuse
    ? await assembleOrReuse(request.reuse, await recipeOf(assembly, runtimeComponent), assembly, staging.directory, call)
    : await assembleExecutable(assembly, staging.directory, call);
  await staging.publish([fileName]);

  const nativePartsBytes = parts.reduce((sum, part) => sum + part.bytes.byteLength, 0);
  return {
    path: path.join(request.outputDirectory, fileName) as LocalPath,
    fileName,
    sizeBytes,
    sha256,
    packager: { name: 'node-sea', runtime: `node ${windowsNode.version}` },
    components: [runtimeComponent, ...libraries, ...parts.flatMap(componentsOf)].toSorted(byKindAndName),
    sizes: {
      runtimeBytes,
      programBytes: code.byteLength,
      nativePartsBytes,
      otherBytes: sizeBytes - runtimeBytes - code.byteLength - nativePartsBytes,
    },
  };
}

const describe = ({ name, package: from, bytes, sha256 }: NativePart): unknown => ({
  name,
  package: from.name,
  version: from.version,
  sizeBytes: bytes.byteLength,
  sha256,
});

async function runtimeOf(node: BuildRequest['windowsNode'], call: Call): Promise<Component> {
  const text = await readTextIfThere(node.licence);
  if (text === undefined) throw LabError.of('build.no-licence', { package: `node ${node.version}` });
  return {
    kind: 'runtime',
    name: 'node',
    version: node.version,
    purl: `pkg:generic/node@${node.version}`,
    // Of Node itself; its text goes on with the licences of all that it contains.
    licence: 'MIT',
    licenceTexts: [{ fileName: 'LICENSE', text }],
    files: [{ name: 'node.exe', sha256: (await digestPlainFile(node.executable, call.signal)).sha256 }],
  };
}

const KINDS: readonly Component['kind'][] = ['runtime', 'library', 'native'];

function byKindAndName(a: Component, b: Component): number {
  const [x, y] = [a, b].map(({ kind, name, version }) => `${KINDS.indexOf(kind)} ${name} ${version}`) as [string, string];
  return x < y ? -1 : x > y ? 1 : 0;
}
