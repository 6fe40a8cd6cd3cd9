import path from 'node:path';
import type { BundleFile } from '../../core/bundle.ts';
import type { Call } from '../../core/call.ts';
import type { LabConfig } from '../../core/config.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { readPlainFile } from '../../host/plain-file.ts';
import { listTree } from '../../host/tree.ts';
import { bundlePathProblem, byPath } from './bundle-path.ts';
import { isLicenceExpression } from './licence-expression.ts';

/** Where a project has what ships beside its executable. */
export type BundleConfig = LabConfig['product']['bundle'];

/** A file of the bundle that is small enough to be held. */
export interface BundleText {
  readonly path: string;
  readonly role: BundleFile['role'];
  readonly content: Buffer;
}

/** What a bundle takes from the project as it is. */
export interface ProjectSources {
  readonly texts: readonly BundleText[];
  /** The product's own licence as an SPDX expression: the names of the files in `LICENSES/`, as REUSE 3.3 asks for. */
  readonly licence: string;
}

interface Source {
  /** Below the project. */
  readonly from: string;
  /** Below the bundle; empty for its root. */
  readonly to: string;
  readonly role: BundleFile['role'];
  readonly extensions: readonly string[];
  readonly what: string;
}

/** What the configuration names, each with the place it has in every bundle. */
const foldersOf = ({ licences, schemas, docs }: BundleConfig): readonly Source[] => [
  { from: licences, to: 'LICENSES', role: 'licence', extensions: ['.txt'], what: 'its own licence text' },
  ...(schemas === undefined
    ? []
    : [{ from: schemas, to: 'schemas', role: 'schema' as const, extensions: ['.json'], what: 'the schemas of the program' }]),
  ...(docs === undefined
    ? []
    : [
        {
          from: docs,
          to: 'docs',
          role: 'documentation' as const,
          extensions: ['.md', '.png', '.svg'],
          what: 'the documentation of the program',
        },
      ]),
];

/** Name of the change log in every bundle. */
const CHANGELOG = 'CHANGELOG.md';
const MOST_BYTES = 16 << 20;
const MOST_ENTRIES = 2000;

/**
 * Reads the licence, schemas, documentation and change log of a project.
 *
 * Links, pipes, hidden files and files of another kind than expected are refused with `bundle.source-refused` (what nobody planned does not ship);
 * a source that has nothing to give is `bundle.source-missing`.
 */
export async function readProjectSources(projectRoot: LocalPath, config: BundleConfig, call: Call): Promise<ProjectSources> {
  const texts: BundleText[] = [];
  for (const source of foldersOf(config)) texts.push(...(await readFolder(projectRoot, source, call)));
  texts.push({ path: CHANGELOG, role: 'changelog', content: await readSource(projectRoot, config.changelog, 'a change log') });
  const licences = texts.filter(({ role }) => role === 'licence').map((text) => path.posix.basename(text.path, '.txt'));
  const unknown = licences.find((name) => !isLicenceExpression(name));
  if (unknown !== undefined) {
    throw LabError.of('bundle.source-refused', {
      path: `${config.licences}/${unknown}.txt`,
      reason: 'its name is not an SPDX licence identifier',
    });
  }
  return { texts, licence: licences.join(' AND ') };
}

async function readFolder(projectRoot: LocalPath, source: Source, call: Call): Promise<readonly BundleText[]> {
  const root = path.join(projectRoot, source.from);
  const entries = await listTree(root, MOST_ENTRIES, call.signal).catch((error: unknown) => {
    throw describeSource(error, source.from, source.what);
  });
  const texts: BundleText[] = [];
  for (const entry of entries.toSorted(byPath)) {
    if (entry.kind === 'directory') continue;
    const from = `${source.from}/${entry.path}`;
    const to = `${source.to}/${entry.path}`;
    const reason = entryProblem(entry.path, entry.kind, source.extensions) ?? bundlePathProblem(to);
    if (reason !== undefined) throw LabError.of('bundle.source-refused', { path: from, reason });
    texts.push({ path: to, role: source.role, content: await readSource(projectRoot, from, source.what) });
    call.signal.throwIfAborted();
  }
  if (texts.length === 0) throw LabError.of('bundle.source-missing', { what: source.what, path: source.from });
  return texts;
}

function entryProblem(name: string, kind: 'file' | 'link' | 'other', extensions: readonly string[]): string | undefined {
  if (kind === 'link') return 'it is a link';
  if (kind === 'other') return 'it is not a plain file';
  if (path.posix.basename(name).startsWith('.')) return 'it is a hidden file';
  if (!extensions.includes(path.posix.extname(name))) return `only ${extensions.join(', ')} is expected there`;
  return undefined;
}

async function readSource(projectRoot: LocalPath, from: string, what: string): Promise<Buffer> {
  try {
    const content = await readPlainFile(path.join(projectRoot, from), MOST_BYTES);
    if (content.length === 0) throw LabError.of('bundle.source-refused', { path: from, reason: 'it is empty' });
    return content;
  } catch (error) {
    throw describeSource(error, from, what);
  }
}

/** Says in the words of a bundle what went wrong with a source. */
function describeSource(error: unknown, from: string, what: string): unknown {
  if (!(error instanceof LabError)) return error;
  if (error.code === 'file.unreadable') {
    const code = (error.cause as NodeJS.ErrnoException | undefined)?.code;
    return code === 'ENOENT' ? LabError.of('bundle.source-missing', { what, path: from }, { cause: error.cause }) : error;
  }
  if (error.code === 'file.not-plain')
    return LabError.of('bundle.source-refused', { path: from, reason: 'it is a link or not a plain file' }, { cause: error });
  if (error.code === 'file.too-large')
    return LabError.of('bundle.source-refused', { path: from, reason: 'it is larger than anything that belongs there' }, { cause: error });
  return error;
}
