import path from 'node:path';
import type { BundleFile, BundleManifest } from '../../core/bundle.ts';
import type { Call } from '../../core/call.ts';
import type { LocalPath } from '../../core/ids.ts';
import { digestPlainFile, readPlainFile } from '../../host/plain-file.ts';
import { type TreeEntry, listTree } from '../../host/tree.ts';
import { CHECKSUMS_NAME, MANIFEST_NAME, MOST_MANIFEST_BYTES, checksumsText, differs, parseManifest, shown } from './manifest.ts';

const MOST_ENTRIES = 20_000;

/**
 * Verifies a bundle that is a directory against its own manifest and returns the manifest.
 *
 * An extra, missing or changed file, an extra folder, a link, a pipe, a path that climbs or that Windows cannot store, and check sums that say
 * something else are refused with `bundle.differs`, which lists them; `file.invalid` is a manifest that is none. Only the manifest's digest ties
 * the directory to a release: compare it with one that is trusted.
 */
export async function verifyBundleDirectory(directory: LocalPath, call: Call): Promise<BundleManifest> {
  const entries = await listTree(directory, MOST_ENTRIES, call.signal);
  const manifest = parseManifest(
    (await readPlainFile(path.join(directory, MANIFEST_NAME), MOST_MANIFEST_BYTES)).toString('utf8'),
    path.join(directory, MANIFEST_NAME),
  );
  const problems = [...layoutProblems(entries, manifest)];
  const there = new Set(entries.filter(({ kind }) => kind === 'file').map((entry) => entry.path));
  for (const file of manifest.files) {
    if (there.has(file.path)) problems.push(...(await contentProblems(directory, file, manifest, call)));
  }
  if (problems.length > 0) throw differs(directory, problems);
  return manifest;
}

function layoutProblems(entries: readonly TreeEntry[], manifest: BundleManifest): readonly string[] {
  const problems: string[] = [];
  const files = new Set([MANIFEST_NAME, ...manifest.files.map((file) => file.path)]);
  const folders = new Set([...files].flatMap((file) => parentsOf(file)));
  for (const entry of entries) {
    const expected = (entry.kind === 'directory' ? folders : files).has(entry.path);
    if (entry.kind === 'link') problems.push(`${shown(entry.path)}: a link`);
    else if (entry.kind === 'other') problems.push(`${shown(entry.path)}: not a plain file`);
    else if (!expected) problems.push(`${shown(entry.path)}: not in the manifest`);
  }
  const there = new Set(entries.filter(({ kind }) => kind !== 'directory').map((entry) => entry.path));
  for (const file of files) if (!there.has(file)) problems.push(`${shown(file)}: missing`);
  return problems;
}

async function contentProblems(directory: LocalPath, file: BundleFile, manifest: BundleManifest, call: Call): Promise<readonly string[]> {
  const location = path.join(directory, file.path);
  const { sizeBytes, sha256 } = await digestPlainFile(location, call.signal);
  if (sizeBytes !== file.sizeBytes) return [`${shown(file.path)}: changed, ${sizeBytes} bytes instead of ${file.sizeBytes}`];
  if (sha256 !== file.sha256) return [`${shown(file.path)}: changed, SHA-256 ${sha256} instead of ${file.sha256}`];
  if (file.path !== CHECKSUMS_NAME) return [];
  const sums = (await readPlainFile(location, MOST_MANIFEST_BYTES)).toString('utf8');
  return sums === checksumsText(manifest.files) ? [] : [`${CHECKSUMS_NAME}: does not say what the manifest says`];
}

/** `a/b/c` → `a/b`, `a`. */
function parentsOf(file: string): readonly string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
