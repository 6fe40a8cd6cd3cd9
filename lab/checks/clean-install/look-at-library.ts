import type { Call } from '../../core/call.ts';
import type { Guest } from '../../core/check.ts';
import { LabError } from '../../core/error.ts';
import { type Tree, treeOf, wholeTreeOf } from './compare-trees.ts';

const MOST_FILES = 5000;

/** What lies in the check's own folder at one moment, by digest. */
export interface Look {
  readonly files: Tree;
  /** The folders too. */
  readonly all: Tree;
}

/** Looks at all of the check's own folder. Throws where not all of it can be seen: nothing could be said of the library then. */
export async function lookAtLibrary({ toolkit, scratch }: Guest, call: Call): Promise<Look> {
  const { entries, complete } = await toolkit.listTree(scratch, { hash: true, maxEntries: MOST_FILES }, call);
  if (!complete) throw LabError.of('checks.listing-incomplete', { what: scratch, limit: MOST_FILES });
  return { files: treeOf(entries), all: wholeTreeOf(entries) };
}
