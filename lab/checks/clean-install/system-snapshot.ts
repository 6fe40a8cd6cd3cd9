import type { Guest } from '../../core/check.ts';
import type { Call } from '../../core/call.ts';
import { type RemotePath, remotePath } from '../../core/ids.ts';
import type { GuestDescription, TreeEntry } from '../../core/toolkit.ts';
import type { NewEntries } from './facts.ts';
import { clip } from './sample.ts';

/** A place that a program could leave something in. */
export interface SystemRoot {
  readonly path: RemotePath;
  readonly depth?: number;
}

/** Most entries listed of one root. A fresh profile has some thousands. */
export const MOST_SYSTEM_ENTRIES = 40_000;
/** A cache alone may be some hundred files. */
const MOST_LISTED = 2000;

/** What stood in the watched folders at one moment, by absolute path in lower case (Windows does not tell case apart). */
export interface SystemSnapshot {
  readonly entries: ReadonlyMap<string, TreeEntry>;
  readonly incomplete: readonly RemotePath[];
}

/** The user's own folders as deep as they go, the shared ones too, and the first two levels of the drive (new folders in Windows and the roots). */
export function systemRoots({ userProfile, localAppData, temporaryDirectory }: GuestDescription): readonly SystemRoot[] {
  const outside = [localAppData, temporaryDirectory].filter((path) => !isWithin(path, userProfile));
  const deep = [userProfile, ...outside, remotePath('C:\\ProgramData'), remotePath('C:\\Program Files'), remotePath('C:\\Windows\\Temp')];
  return [...deep.map((path) => ({ path })), { path: remotePath('C:\\'), depth: 2 }];
}

/** Lists all roots. What lies in `excluded` is the lab's own and left out. */
export async function takeSnapshot(
  guest: Guest,
  roots: readonly SystemRoot[],
  excluded: readonly RemotePath[],
  call: Call,
): Promise<SystemSnapshot> {
  const entries = new Map<string, TreeEntry>();
  const incomplete: RemotePath[] = [];
  // One after the other: a guest answers the next question sooner than it is ready to answer two at a time.
  for (const { path, depth } of roots) {
    const listing = await guest.toolkit.listTree(
      path,
      { hash: false, maxEntries: MOST_SYSTEM_ENTRIES, ...(depth === undefined ? {} : { depth }) },
      call,
    );
    if (!listing.complete) incomplete.push(path);
    for (const entry of listing.entries) {
      const absolute = `${path.replace(/\\+$/, '')}\\${entry.path}`;
      if (!excluded.some((folder) => isWithin(absolute, folder))) entries.set(absolute.toLowerCase(), { ...entry, path: absolute });
    }
  }
  return { entries, incomplete };
}

/** What is in `after` and was not in `before`, sorted. */
export function newSince(before: SystemSnapshot, after: SystemSnapshot): NewEntries {
  const fresh = [...after.entries].filter(([key]) => !before.entries.has(key)).map(([, entry]) => entry);
  fresh.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    count: fresh.length,
    sizeBytes: fresh.reduce((sum, entry) => sum + entry.sizeBytes, 0),
    listed: fresh.slice(0, MOST_LISTED).map(({ path, kind, sizeBytes }) => ({ path: clip(path, 1000), kind, sizeBytes })),
  };
}

/** Paths that are gone, and those that became something else or changed their size. */
export function changesSince(
  before: SystemSnapshot,
  after: SystemSnapshot,
): { readonly gone: readonly string[]; readonly changed: readonly string[] } {
  const gone: string[] = [];
  const changed: string[] = [];
  for (const [key, was] of before.entries) {
    const is = after.entries.get(key);
    if (is === undefined) gone.push(was.path);
    else if (is.kind !== was.kind || is.sizeBytes !== was.sizeBytes) changed.push(`${was.path}: ${was.sizeBytes} → ${is.sizeBytes} bytes`);
  }
  return { gone, changed };
}

/** Whether `path` is `folder` or lies below it, as Windows sees it. */
export function isWithin(path: string, folder: string): boolean {
  const inner = path.toLowerCase();
  const outer = folder.toLowerCase().replace(/\\+$/, '');
  return inner === outer || inner.startsWith(`${outer}\\`);
}
