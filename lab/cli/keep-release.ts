import path from 'node:path';
import type { Bundle, BundleArchive, BundleManifest } from '../core/bundle.ts';
import type { Call } from '../core/call.ts';
import type { LocalPath, Sha256 } from '../core/ids.ts';
import { makeProvenance } from '../core/provenance.ts';
import { moveFile, readBytesIfThere, writeFileAtomic } from '../host/files.ts';
import { sha256Of } from '../host/hash.ts';
import { openStaging } from '../host/staging.ts';
import type { BuiltExecutable } from '../steps/build/built-executable.ts';
import { MANIFEST_NAME, manifestText } from '../steps/bundle/manifest.ts';
import { loadLabKey } from '../trust/keys.ts';
import { provenanceText } from '../trust/provenance.ts';
import { labVersion } from './package-version.ts';
import type { Project } from './project.ts';

/** A release that is to outlive the lab's process. */
export interface KeepRequest {
  readonly project: Pick<Project, 'root' | 'configFile'>;
  /** Where the lab's key is. */
  readonly state: LocalPath;
  /** Made when it is not there. What has the same names in it is replaced. */
  readonly destination: LocalPath;
  /** Its archives are moved away. */
  readonly made: Bundle;
  readonly built: Pick<BuiltExecutable, 'components'>;
}

/**
 * Puts the archives where they are wanted, with the manifest and the signed provenance beside them. All of them appear at the end or none does: after a
 * throw or an abort what was there before is untouched, and no archive stands there that nothing vouches for.
 */
export async function keepRelease({ project, state, destination, made, built }: KeepRequest, call: Call): Promise<Bundle> {
  await using staging = await openStaging(destination);
  const staged = (name: string): string => path.join(staging.directory, name);
  const { manifest } = made;
  const archives = made.tarball ? [made.archive, made.tarball] : [made.archive];
  const lockFileSha256 = await digestOf(path.join(project.root, 'package-lock.json'));
  const statement = makeProvenance({
    manifest,
    archives,
    components: built.components,
    configurationSha256: (await digestOf(project.configFile)) ?? sha256Of(''),
    ...(lockFileSha256 === undefined ? {} : { lockFileSha256 }),
    labVersion: await labVersion(),
  });
  const key = await loadLabKey(state, call);
  await writeFileAtomic(staged(MANIFEST_NAME), manifestText(manifest));
  await writeFileAtomic(staged(provenanceName(manifest)), provenanceText(statement, key));
  for (const archive of archives) {
    call.signal.throwIfAborted();
    await moveFile(archive.path, staged(archive.fileName));
  }
  call.signal.throwIfAborted();
  await staging.publish([...archives.map(({ fileName }) => fileName), MANIFEST_NAME, provenanceName(manifest)]);
  const kept = (archive: BundleArchive): BundleArchive => ({ ...archive, path: path.join(destination, archive.fileName) as LocalPath });
  return { ...made, archive: kept(made.archive), ...(made.tarball ? { tarball: kept(made.tarball) } : {}) };
}

async function digestOf(file: string): Promise<Sha256 | undefined> {
  const bytes = await readBytesIfThere(file);
  return bytes && sha256Of(bytes);
}

/** The file beside the archives that says where they came from. */
export const provenanceName = ({ product }: BundleManifest): string => `${product.name}-${product.version}-win-x64.intoto.jsonl`;
