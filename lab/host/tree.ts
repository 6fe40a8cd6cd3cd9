import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../core/error.ts';

/** Something below a folder. `path` is relative to it and uses `/`. Links are named, never followed. */
export interface TreeEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
}

/**
 * Everything below a folder, in no particular order. The folder itself must be a real one: `file.not-plain` when it is a link or a file,
 * `file.unreadable` when it is not there. More than `mostEntries` is `file.too-large`.
 */
export async function listTree(root: string, mostEntries: number, signal: AbortSignal): Promise<readonly TreeEntry[]> {
  const found: TreeEntry[] = [];
  const visit = async (below: string): Promise<void> => {
    signal.throwIfAborted();
    for (const entry of await readdir(path.join(root, below), { withFileTypes: true })) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      const kind = entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'other';
      found.push({ path: name, kind });
      if (found.length > mostEntries) throw LabError.of('file.too-large', { path: root, limit: `${mostEntries} entries` });
      if (kind === 'directory') await visit(name);
    }
  };
  try {
    if (!(await lstat(root)).isDirectory()) throw LabError.of('file.not-plain', { path: root });
    await visit('');
  } catch (error) {
    if (error instanceof LabError || signal.aborted) throw error;
    throw LabError.of('file.unreadable', { path: root, reason: (error as NodeJS.ErrnoException).code ?? String(error) }, { cause: error });
  }
  return found;
}
