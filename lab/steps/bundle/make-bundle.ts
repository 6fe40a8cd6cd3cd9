import path from 'node:path';
import type { Bundle, BundleFile, BundleManifest } from '../../core/bundle.ts';
import type { Call } from '../../core/call.ts';
import type { LabConfig } from '../../core/config.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { Progress } from '../../engine/run-step.ts';
import { sha256Of } from '../../host/hash.ts';
import { streamPlainFile, writeNewFile } from '../../host/plain-file.ts';
import { openStaging } from '../../host/staging.ts';
import type { BuiltExecutable } from '../build/built-executable.ts';
import { billOfMaterials, validateBillOfMaterials } from './bill-of-materials.ts';
import { bundlePathProblem, byPath, windowsName } from './bundle-path.ts';
import { type BundleText, readProjectSources } from './bundle-sources.ts';
import { htmlPage } from './html-page.ts';
import { licenceFiles } from './licence-files.ts';
import { CHECKSUMS_NAME, MANIFEST_NAME, checksumsText, digestOf, manifestText } from './manifest.ts';
import { type ArchiveReuse, type WantedArchive, archiveOrReuse } from './reuse-archive.ts';
import { smartscreenGuidance } from './smartscreen-guidance.ts';
import { thirdPartyLicencesOf } from './third-party-licences.ts';
import { verifyArchive } from './verify-archive.ts';
import { verifyTarball } from './verify-tarball.ts';
import { writeArchive } from './write-archive.ts';
import { writeTarball } from './write-tarball.ts';

/** What a bundle is made of. */
export interface BundleRequest {
  /** The project that licences, schemas, documentation and change log are taken from; `product.bundle` says where they are. */
  readonly projectRoot: LocalPath;
  readonly product: Pick<LabConfig['product'], 'name' | 'displayName' | 'publisher' | 'copyright' | 'bundle'>;
  readonly version: string;
  /** As it stands in the manifest. */
  readonly commit: string;
  /** When the commit was made, as an ISO 8601 instant: the date of the bill of materials. Absent, it has none. */
  readonly commitTime?: string;
  readonly built: BuiltExecutable;
  /** Makes a `.tar.gz` beside the zip. */
  readonly tarball?: boolean;
  /** Where archives are kept that need not be packed again; absent: they are packed anew. */
  readonly reuse?: ArchiveReuse;
  /** Made when it is not there. A bundle of the same name in it is replaced. */
  readonly outputDirectory: LocalPath;
  readonly onProgress?: Progress;
}

/**
 * Makes a bundle: a directory, a zip and where it is wanted a `.tar.gz` of the same files, all named `<name>-<version>-win-x64`, under one manifest with
 * one digest.
 *
 * The same request gives the same bytes, in any place, time zone and locale. Everything is made in a hidden folder beside the result, read back,
 * and then renamed into place: on a throw or an abort nothing of it is left and an older bundle is untouched.
 */
export async function makeBundle(request: BundleRequest, call: Call): Promise<Bundle> {
  const { product, version, built, outputDirectory } = request;
  const progress = (what: string): void => request.onProgress?.(what);
  call.signal.throwIfAborted();
  const name = `${product.name}-${version}-win-x64`;
  // Both become part of file names outside the bundle.
  const nameProblem = bundlePathProblem(name) ?? (name.includes('/') ? 'the version has a slash' : undefined);
  if (nameProblem !== undefined) throw LabError.of('bundle.source-refused', { path: name, reason: nameProblem });
  progress('read licences, schemas and documentation');
  const sources = await readProjectSources(request.projectRoot, product.bundle, call);
  const { texts, bill } = bundleTexts(request, sources.texts, sources.licence);
  refuseClashes([{ path: `${product.name}.exe` }, ...texts]);

  await using staging = await openStaging(outputDirectory);
  const directory = path.join(staging.directory, name) as LocalPath;

  progress('copy the executable');
  const listed: BundleFile[] = [await copyExecutable(directory, request, call)];
  for (const text of texts) listed.push(await writeText(directory, text, call));
  const sums = Buffer.from(checksumsText(listed.toSorted(byPath)));
  const files = [...listed, await writeText(directory, { path: CHECKSUMS_NAME, role: 'checksums', content: sums }, call)].toSorted(byPath);
  const manifest: BundleManifest = {
    $schema: 'bundle-manifest.v1.json',
    product: { name: product.name, version, executable: `${product.name}.exe` },
    target: { os: 'windows', architecture: 'x64' },
    commit: request.commit,
    packager: { ...built.packager, limits: [...built.packager.limits] },
    files,
    digest: digestOf(files),
  };
  const own = Buffer.from(manifestText(manifest));
  await writeNewFile(path.join(directory, MANIFEST_NAME), own, call.signal);

  progress('pack the archive');
  const entries = files.map((file) => ({ ...file, executable: file.role === 'executable' }));
  const packing = [...entries, { path: MANIFEST_NAME, sizeBytes: own.length, sha256: sha256Of(own), executable: false }];
  const zip: WantedArchive = {
    kind: 'zip',
    fileName: `${name}.zip`,
    manifest,
    make: async (archive, making) => {
      // Validating the bill keeps one core busy for about a second while the other packs.
      const [packed] = await bothOrNeither(writeArchive(directory, packing, archive, making), validateBillOfMaterials(bill));
      progress('read the archive back');
      await verifyArchive(archive, manifest, making);
      return packed;
    },
  };
  const tarball: WantedArchive = {
    kind: 'tarball',
    fileName: `${name}.tar.gz`,
    manifest,
    make: async (archive, making) => {
      const packed = await writeTarball(directory, name, packing, archive, making);
      await verifyTarball(archive, name, manifest, making);
      return packed;
    },
  };
  const [packed, tarred] = await bothOrNeither(
    archiveOrReuse(zip, staging.directory, request.reuse, call),
    request.tarball ? archiveOrReuse(tarball, staging.directory, request.reuse, call) : undefined,
  );
  call.signal.throwIfAborted();
  await staging.publish([name, `${name}.zip`, ...(tarred ? [`${name}.tar.gz`] : [])]);
  return {
    manifest,
    directory: path.join(outputDirectory, name) as LocalPath,
    archive: { path: path.join(outputDirectory, `${name}.zip`) as LocalPath, fileName: `${name}.zip`, ...packed },
    ...(tarred
      ? { tarball: { path: path.join(outputDirectory, `${name}.tar.gz`) as LocalPath, fileName: `${name}.tar.gz`, ...tarred } }
      : {}),
  };
}

/** Waits for both also when one fails, so that nothing is still being written when the folder is cleared. */
async function bothOrNeither<A, B>(first: Promise<A>, second: Promise<B> | undefined): Promise<readonly [A, B | undefined]> {
  const ends = await Promise.allSettled([first, second]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return [await first, await second];
}

/** All files but the executable, the check sums and the manifest. */
function bundleTexts(
  request: BundleRequest,
  own: readonly BundleText[],
  licence: string,
): { readonly texts: readonly BundleText[]; readonly bill: string } {
  const { product, version, built } = request;
  const licenced = licenceFiles(built.components);
  const bill = billOfMaterials({
    product,
    version,
    licence,
    built,
    ...(request.commitTime === undefined ? {} : { commitTime: request.commitTime }),
  });
  const list = `${JSON.stringify(thirdPartyLicencesOf({ name: product.name, version }, licenced), undefined, 2)}\n`;
  const licenceTexts = new Map(licenced.flatMap(({ files }) => files.map((file) => [file.path, file.text] as const)));
  const pages = own
    .filter(({ path: file, role }) => role === 'documentation' && file.endsWith('.md'))
    .map((text): BundleText => {
      const page = htmlPage(text.content.toString('utf8'), { displayName: product.displayName, version });
      return { path: text.path.replace(/\.md$/, '.html'), role: 'documentation', content: Buffer.from(page) };
    });
  const guidance = smartscreenGuidance({
    displayName: product.displayName,
    version,
    executable: `${product.name}.exe`,
    sha256: built.sha256,
    publisher: product.publisher,
    ...built.signature,
  });
  const texts: BundleText[] = [
    ...own,
    ...pages,
    { path: 'SMARTSCREEN.md', role: 'guidance', content: Buffer.from(guidance) },
    ...[...licenceTexts].map(([file, text]): BundleText => ({ path: file, role: 'licence', content: Buffer.from(text) })),
    { path: 'THIRD_PARTY_LICENSES.json', role: 'licence', content: Buffer.from(list) },
    { path: 'SBOM.json', role: 'sbom', content: Buffer.from(bill) },
  ];
  return { texts, bill };
}

function refuseClashes(files: readonly { readonly path: string }[]): void {
  const taken = new Map<string, string>([MANIFEST_NAME, CHECKSUMS_NAME].map((name) => [windowsName(name), name]));
  for (const { path: file } of files) {
    const reason =
      bundlePathProblem(file) ??
      (taken.has(windowsName(file)) ? `Windows takes it for the same file as ${taken.get(windowsName(file))}` : undefined);
    if (reason !== undefined) throw LabError.of('bundle.source-refused', { path: file, reason });
    taken.set(windowsName(file), file);
  }
}

async function copyExecutable(directory: LocalPath, { built, product }: BundleRequest, call: Call): Promise<BundleFile> {
  const file = `${product.name}.exe`;
  const seen = await writeNewFile(path.join(directory, file), await streamPlainFile(built.path), call.signal);
  if (seen.sha256 !== built.sha256 || seen.sizeBytes !== built.sizeBytes) {
    throw LabError.of('bundle.changed', {
      path: built.path,
      was: `${built.sizeBytes} bytes ${built.sha256}`,
      is: `${seen.sizeBytes} bytes ${seen.sha256}`,
    });
  }
  return { path: file, role: 'executable', ...seen };
}

async function writeText(directory: LocalPath, { path: file, role, content }: BundleText, call: Call): Promise<BundleFile> {
  return { path: file, role, ...(await writeNewFile(path.join(directory, file), content, call.signal)) };
}
