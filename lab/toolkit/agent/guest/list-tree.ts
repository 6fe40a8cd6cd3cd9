import { type Dirent, type Stats, lstatSync, opendirSync } from 'node:fs';
import path from 'node:path';
import type { TreeEntry } from '../../../core/toolkit.ts';
import type { Questions } from '../../questions.ts';
import { digestFile } from './digest-file.ts';
import { toNative } from './guest-path.ts';
import { Refusal, errnoOf } from './refusal.ts';

/** Most characters of an answer; names can be 32767 characters long. */
const MOST_ANSWER_CHARACTERS = 12 << 20;
const MOST_ENTRIES = 200_000;
/** What an entry costs in the answer beside its name, with a digest. */
const ENTRY_CHARACTERS = 140;

type Entry = Omit<TreeEntry, 'sha256'> & { readonly sha256?: string };

/**
 * Lists what is below a folder. Links are told as `other` and never followed. What vanishes while the listing is made is left out; a directory that
 * cannot be read makes the listing incomplete; a file that cannot be read has no digest.
 */
export function listTree({ root, hash, maxEntries, depth = Infinity }: Questions['listTree']): {
  readonly entries: readonly Entry[];
  readonly complete: boolean;
} {
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 0) throw new Refusal('bad-request', 'maxEntries must be a whole number');
  if (depth !== Infinity && (!Number.isSafeInteger(depth) || depth < 1))
    throw new Refusal('bad-request', 'depth must be a whole number above 0');
  const top = toNative(root);
  const bound = Math.min(maxEntries, MOST_ENTRIES);
  const entries: Entry[] = [];
  let characters = 0;
  let complete = true;
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined && complete; folder = waiting.pop()) {
    const readable = eachIn(path.join(top, folder), (item) => {
      // On Windows no name holds a colon: where streams are emulated by ordinary files (Wine), this is one.
      if (item.name.includes(':')) return true;
      const relative = path.join(folder, item.name);
      const entry = item.isSymbolicLink() ? linkAt(relative) : describeEntry(path.join(top, relative), relative, hash);
      if (entry === undefined) return true;
      characters += JSON.stringify(entry.path).length + ENTRY_CHARACTERS;
      if (entries.length >= bound || characters > MOST_ANSWER_CHARACTERS) return (complete = false);
      entries.push(entry);
      if (entry.kind === 'directory' && relative.split(path.sep).length < depth) waiting.push(relative);
      return true;
    });
    if (!readable) complete = false;
  }
  entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { entries, complete };
}

/** Calls `visit` for each entry until it says false. Returns false when the directory is there but cannot be read. */
function eachIn(folder: string, visit: (item: Dirent) => boolean): boolean {
  try {
    const directory = opendirSync(folder);
    try {
      for (let item = directory.readSync(); item !== null; item = directory.readSync()) if (!visit(item)) break;
    } finally {
      directory.closeSync();
    }
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') return true;
    // A file where the root should be is a mistake of the asker, not an empty listing.
    if (errno === 'ENOTDIR') throw new Refusal('not-found', `not a directory: ${folder}`);
    if (errno === undefined) throw error;
    return false;
  }
}

const shownAs = (relative: string): string => relative.replaceAll(path.sep, '\\');

/** Told by the listing alone: Wine shows a Unix link as what it leads to when it is asked about by name. */
const linkAt = (relative: string): Entry => ({ path: shownAs(relative), kind: 'other', sizeBytes: 0 });

function describeEntry(native: string, relative: string, hash: boolean): Entry | undefined {
  let stats: Stats;
  try {
    stats = lstatSync(native);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const shown = shownAs(relative);
  if (stats.isDirectory()) return { path: shown, kind: 'directory', sizeBytes: 0 };
  if (!stats.isFile()) return { path: shown, kind: 'other', sizeBytes: 0 };
  if (!hash) return { path: shown, kind: 'file', sizeBytes: stats.size };
  try {
    const digest = digestFile(native);
    return digest && { path: shown, kind: 'file', ...digest };
  } catch {
    return { path: shown, kind: 'file', sizeBytes: stats.size };
  }
}
