import type { TreeEntry } from '../../core/toolkit.ts';
import type { TreeDifference } from './facts.ts';
import { sample } from './sample.ts';

/** Files by path (`/` between parts), each with its digest. */
export type Tree = ReadonlyMap<string, string>;

const UNREAD = 'unread';

/** The files of a listing. A file without a digest could not be read, and counts as changed wherever it is compared. */
export const treeOf = (entries: readonly TreeEntry[]): Tree =>
  new Map(entries.filter((entry) => entry.kind === 'file').map((entry) => [entry.path.replaceAll('\\', '/'), entry.sha256 ?? UNREAD]));

/** The same with folders, which have a `/` at the end and no content. */
export const wholeTreeOf = (entries: readonly TreeEntry[]): Tree =>
  new Map([
    ...treeOf(entries),
    ...entries.filter((entry) => entry.kind !== 'file').map((entry) => [`${entry.path.replaceAll('\\', '/')}/`, entry.kind] as const),
  ]);

/** What became of `wanted`: files that are not there, that are there and should not be, and that are there with other content. */
export function compareTrees(wanted: Tree, found: Tree): TreeDifference {
  const missing = [...wanted.keys()].filter((path) => !found.has(path));
  const extra = [...found.keys()].filter((path) => !wanted.has(path));
  const changed = [...wanted]
    .filter(([path, digest]) => found.has(path) && (found.get(path) !== digest || digest.startsWith(UNREAD)))
    .map(([path]) => path);
  return { missing: sample(missing), extra: sample(extra), changed: sample(changed) };
}

export const countDifferences = ({ missing, extra, changed }: TreeDifference): number => missing.count + extra.count + changed.count;
