import { createHash } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type TreeItem, treeText } from '../../../core/tree-text.ts';
import { digestFile } from './digest-file.ts';
import { Refusal, errnoOf } from './refusal.ts';

const MOST_ENTRIES = 50_000;

type NamedItem = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'directory'; readonly path: string };

/** The files and folders below a folder, in no particular order (`/` between parts). Refuses links and devices. */
export function namesIn(top: string): readonly NamedItem[] {
  const found: NamedItem[] = [];
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of readdirSync(path.join(top, folder), { withFileTypes: true })) {
      // On Windows no name holds a colon: where streams are emulated by ordinary files (Wine), this is one.
      if (entry.name.includes(':')) continue;
      const relative = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (found.length >= MOST_ENTRIES) throw new Refusal('too-large', `more than ${MOST_ENTRIES} files and folders`);
      if (!entry.isDirectory() && !entry.isFile()) throw new Refusal('io', `neither a file nor a folder: ${relative}`);
      if (entry.isDirectory()) {
        found.push({ kind: 'directory', path: relative });
        waiting.push(relative);
      } else found.push({ kind: 'file', path: relative });
    }
  }
  return found;
}

/** The same with the digests of files. */
export function treeItems(top: string): readonly TreeItem[] {
  return namesIn(top).map((item) => {
    if (item.kind === 'directory') return item;
    const found = digestFile(path.join(top, item.path));
    if (found === undefined) throw new Refusal('io', `it went away: ${item.path}`);
    return { ...item, ...found };
  });
}

/** What a folder holds in short. */
export interface TreeDigest {
  readonly files: number;
  readonly sizeBytes: number;
  readonly treeSha256: string;
}

/** Sums a tree up: two folders with the same digest hold the same. */
export function digestOfItems(items: readonly TreeItem[]): TreeDigest {
  const files = items.filter((item) => item.kind === 'file');
  return {
    files: files.length,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    treeSha256: createHash('sha256').update(treeText(items)).digest('hex'),
  };
}

/** Whether a folder is there; anything else in its place is refused. */
export function folderIsThere(native: string): boolean {
  try {
    if (lstatSync(native).isDirectory()) return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false;
    throw error;
  }
  throw new Refusal('exists', `not a folder: ${native}`);
}
