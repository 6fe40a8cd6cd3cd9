import type { Call } from '../../../core/call.ts';
import type { Folders } from '../../../host/folders.ts';
import { type BoxReceipt, hashFiles, readReceipt, unpackedFolder } from './box-receipt.ts';
import type { PinnedBox } from './pinned-box.ts';

/**
 * What is known of a box on this machine. Only `verified` is good: the files that Vagrant makes machines of are those that came out of the file with
 * the catalogue's digest.
 */
export type BoxState =
  | { readonly kind: 'verified'; readonly files: number; readonly addedAt: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'not-pinned'; readonly why: string }
  | { readonly kind: 'unknown-origin' }
  | { readonly kind: 'other-digest'; readonly actual: string }
  | { readonly kind: 'changed'; readonly problems: readonly string[] };

const MOST_PROBLEMS = 5;

/** Looks at a box that Vagrant has. `deep`: reads all of its files, gigabytes of them; otherwise only their names and sizes are asked. */
export async function verifyBox(
  box: PinnedBox,
  { folders, home }: { readonly folders: Folders; readonly home: string },
  depth: 'deep' | 'shallow',
  call: Call,
): Promise<BoxState> {
  const folder = await unpackedFolder(home, box);
  if (folder === undefined) return { kind: 'absent' };
  if (box.sha256 === undefined)
    return { kind: 'not-pinned', why: 'unknown' in box.download.digest ? box.download.digest.unknown : 'it has no digest' };
  const receipt = await readReceipt(folders, box);
  if (receipt === undefined) return { kind: 'unknown-origin' };
  if (receipt.sha256 !== box.sha256) return { kind: 'other-digest', actual: receipt.sha256 };
  if (depth === 'shallow') return { kind: 'verified', files: Object.keys(receipt.files).length, addedAt: receipt.addedAt };
  const problems = differences(receipt.files, await hashFiles(folder, call));
  return problems.length === 0
    ? { kind: 'verified', files: Object.keys(receipt.files).length, addedAt: receipt.addedAt }
    : { kind: 'changed', problems: problems.slice(0, MOST_PROBLEMS) };
}

function differences(expected: BoxReceipt['files'], actual: BoxReceipt['files']): readonly string[] {
  return [...new Set([...Object.keys(expected), ...Object.keys(actual)])].toSorted().flatMap((name) => {
    const [before, now] = [expected[name], actual[name]];
    if (before === undefined) return [`${name} was added`];
    if (now === undefined) return [`${name} is gone`];
    return before.sha256 === now.sha256 ? [] : [`${name} was changed`];
  });
}

/** For people. */
export function stateInWords(state: BoxState): string {
  switch (state.kind) {
    case 'verified':
      return `verified, ${state.files} files since ${state.addedAt.slice(0, 10)}`;
    case 'absent':
      return 'not on this machine';
    case 'not-pinned':
      return `NOT PINNED: ${state.why}`;
    case 'unknown-origin':
      return 'UNKNOWN ORIGIN: Vagrant has it, and `lab boxes add` did not bring it';
    case 'other-digest':
      return `OTHER DIGEST: it came as ${state.actual}`;
    case 'changed':
      return `CHANGED: ${state.problems.join(', ')}`;
  }
}
