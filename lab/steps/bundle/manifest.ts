import { type BundleFile, type BundleManifest, bundleManifest, digestText } from '../../core/bundle.ts';
import { LabError } from '../../core/error.ts';
import type { Format } from '../../core/formats.ts';
import { validate } from '../../core/validate.ts';
import { sha256Of } from '../../host/hash.ts';
import { bundlePathProblem, compareCodePoints, windowsName } from './bundle-path.ts';

/** Where the manifest stands in a bundle and its archive. */
export const MANIFEST_NAME = 'manifest.json';
export const CHECKSUMS_NAME = 'SHA256SUMS';
/** Largest manifest read back. */
export const MOST_MANIFEST_BYTES = 4 << 20;

const manifestFormat = { file: 'bundle-manifest.v1.json', title: 'Bundle manifest', schema: bundleManifest } satisfies Format;

/** The manifest as it stands on disk. */
export const manifestText = (manifest: BundleManifest): string => `${JSON.stringify(manifest, undefined, 2)}\n`;

/** `SHA256SUMS` for `sha256sum --check`: a line for each file but itself and the manifest, in the manifest's order. */
export const checksumsText = (files: readonly Pick<BundleFile, 'path' | 'sha256'>[]): string =>
  digestText(files.filter(({ path }) => path !== CHECKSUMS_NAME));

/** The digest that a manifest with these files must carry. */
export const digestOf = (files: readonly BundleFile[]): BundleManifest['digest'] => sha256Of(digestText(files));

/**
 * Reads a manifest that came from elsewhere. It must be valid, its paths safe, sorted and different from each other for Windows, and its digest
 * right; `file.invalid` or `bundle.differs` says what is not.
 */
export function parseManifest(text: string, where: string): BundleManifest {
  const manifest = validate(manifestFormat, parseJson(text, where), where);
  const problems = manifestProblems(manifest);
  if (problems.length > 0) throw differs(where, problems);
  return manifest;
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw LabError.of('file.invalid', { file: where, format: manifestFormat.title, problems: 'it is not JSON' }, { cause: error });
  }
}

function manifestProblems(manifest: BundleManifest): readonly string[] {
  const problems: string[] = [];
  const taken = new Set<string>([windowsName(MANIFEST_NAME)]);
  for (const [index, { path }] of manifest.files.entries()) {
    const problem = bundlePathProblem(path);
    if (problem !== undefined) problems.push(`${shown(path)}: ${problem}`);
    if (taken.has(windowsName(path))) problems.push(`${shown(path)}: listed twice`);
    taken.add(windowsName(path));
    const before = manifest.files[index - 1];
    if (before && compareCodePoints(before.path, path) > 0) problems.push(`${shown(path)}: not in order`);
  }
  if (!manifest.files.some(({ path, role }) => path === manifest.product.executable && role === 'executable'))
    problems.push('the executable is not among the files');
  if (manifest.digest !== digestOf(manifest.files)) problems.push('the digest is not that of the files listed');
  return problems;
}

/** Most problems shown: a hostile bundle can have a million. */
const MOST_PROBLEMS = 8;

/** The refusal of a bundle, with the first of its problems. */
export function differs(where: string, problems: readonly string[]): LabError {
  const more = problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more`] : [];
  return LabError.of('bundle.differs', {
    where,
    problems: [...problems.slice(0, MOST_PROBLEMS), ...more].map((problem) => `  ${problem}`).join('\n'),
  });
}

/** A path from elsewhere, made fit for a terminal. */
export const shown = (path: string): string => (/^[\w./@+ -]{1,200}$/.test(path) ? path : JSON.stringify(path.slice(0, 200)));
