import path from 'node:path';
import type { BundleManifest } from '../core/bundle.ts';
import type { Call } from '../core/call.ts';
import { LabError } from '../core/error.ts';
import type { LocalPath } from '../core/ids.ts';
import { exists, readTextIfThere } from '../host/files.ts';
import { digestPlainFile } from '../host/plain-file.ts';
import { differs, parseManifest } from '../steps/bundle/manifest.ts';
import { verifyArchive } from '../steps/bundle/verify-archive.ts';
import { verifyBundleDirectory } from '../steps/bundle/verify-bundle-directory.ts';
import { verifyTarball } from '../steps/bundle/verify-tarball.ts';
import type { TrustedKey } from '../trust/keys.ts';
import { readProvenance } from '../trust/provenance.ts';
import { provenanceName } from './keep-release.ts';

/** What was found out about a bundle from elsewhere, for people. */
export interface VerifiedBundle {
  readonly manifest: BundleManifest;
  readonly lines: readonly string[];
}

/**
 * Verifies a bundle that came from elsewhere: a folder holds its own manifest; a zip or tar.gz is held against the `manifest.json` beside it. Where signed
 * provenance lies beside an archive it has to be about this very file. Throws `bundle.differs` with all that is wrong.
 */
export async function verifyAnyBundle(place: LocalPath, trusted: readonly TrustedKey[], call: Call): Promise<VerifiedBundle> {
  const kind = place.endsWith('.zip') ? 'zip' : /\.t(?:ar\.)?gz$/.test(place) ? 'tarball' : 'folder';
  if (kind === 'folder') {
    const manifest = await verifyBundleDirectory(place, call);
    return { manifest, lines: [...told(manifest), 'Its manifest is its own: compare the digest with one that you trust.'] };
  }
  const beside = path.join(path.dirname(place), 'manifest.json');
  const text = await readTextIfThere(beside);
  if (text === undefined) throw LabError.of('bundle.no-manifest', { archive: place, manifest: beside });
  const manifest = parseManifest(text, beside);
  if (kind === 'zip') await verifyArchive(place, manifest, call);
  else await verifyTarball(place, path.basename(place).replace(/\.t(?:ar\.)?gz$/, ''), manifest, call);
  return { manifest, lines: [...told(manifest), ...(await provenanceLines(place, manifest, trusted, call))] };
}

const told = ({ product, files, digest, commit, packager }: BundleManifest): readonly string[] => [
  `${product.name} ${product.version}: ${files.length} files, every one as the manifest says`,
  `digest  ${digest}`,
  `commit  ${commit}, ${packager.runtime} by ${packager.name}`,
];

async function provenanceLines(
  archive: LocalPath,
  manifest: BundleManifest,
  trusted: readonly TrustedKey[],
  call: Call,
): Promise<readonly string[]> {
  const file = path.join(path.dirname(archive), provenanceName(manifest)) as LocalPath;
  if (!(await exists(file))) return ['There is no provenance beside it: nobody says where it came from.'];
  const { statement, signedBy, keyIds } = await readProvenance(file, trusted);
  const { sha256 } = await digestPlainFile(archive, call.signal);
  const subject = statement.subject.find(({ name }) => name === path.basename(archive));
  const bundle = statement.predicate.runDetails.byproducts[0]?.digest?.['sha256'];
  const problems = [
    ...(subject?.digest.sha256 === sha256 ? [] : [`the provenance is about another ${path.basename(archive)}`]),
    ...(bundle === manifest.digest ? [] : ['the provenance is about another bundle']),
  ];
  if (problems.length > 0) throw differs(file, problems);
  return [
    signedBy === undefined
      ? `Its provenance is signed by a key that is not trusted here (${keyIds.join(', ')}): it proves nothing.`
      : `provenance signed by ${signedBy.keyId}, which is trusted here`,
  ];
}
