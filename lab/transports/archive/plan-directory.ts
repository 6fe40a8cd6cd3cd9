import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { listTree } from '../../host/tree.ts';
import { WindowsNames } from './windows-name.ts';

/** A file or folder that goes into an archive. */
export type PlannedItem =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly sizeBytes: number; readonly executable: boolean };

/** What archives of folders hold at most. */
export const archiveBounds = { entries: 50_000, bytes: 4 * 2 ** 30 } as const;

/**
 * Looks at a folder and decides what of it is copied: files, folders, and links to files of the folder as the files they lead to. Sorted by path.
 * Throws `copy.unsafe-name` for what Windows could not have and for any other link or device; no file has been read then.
 */
export async function planDirectory(folder: LocalPath, call: Call): Promise<readonly PlannedItem[]> {
  const refuse = (problem: string): never => {
    throw LabError.of('copy.unsafe-name', { folder, problem });
  };
  const entries = await listTree(folder, archiveBounds.entries, call.signal);
  const top = await realpath(folder);
  const names = new WindowsNames();
  const planned: PlannedItem[] = [];
  let totalBytes = 0;
  for (const entry of entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    call.signal.throwIfAborted();
    const problem = names.problemOf(entry.path, entry.kind === 'directory' ? 'directory' : 'file');
    if (problem !== undefined) refuse(problem);
    if (entry.kind === 'directory') {
      planned.push({ kind: 'directory', path: entry.path });
      continue;
    }
    const native = path.join(folder, entry.path);
    if (entry.kind === 'other') refuse(`${JSON.stringify(entry.path)} is neither a file nor a folder`);
    if (entry.kind === 'link' && !(await leadsInside(native, top))) refuse(`${JSON.stringify(entry.path)} is a link that leads elsewhere`);
    const { size, mode } = await statOf(native);
    totalBytes += size;
    if (totalBytes > archiveBounds.bytes) throw LabError.of('file.too-large', { path: folder, limit: `${archiveBounds.bytes} bytes` });
    planned.push({ kind: 'file', path: entry.path, sizeBytes: size, executable: (mode & 0o100) !== 0 });
  }
  return planned;
}

async function statOf(file: string): Promise<{ readonly size: number; readonly mode: number }> {
  try {
    return await stat(file);
  } catch (error) {
    throw LabError.of('file.unreadable', { path: file, reason: (error as NodeJS.ErrnoException).code ?? String(error) }, { cause: error });
  }
}

/** Whether a link leads to a file below `top`. One that leads to a folder could make a loop. */
async function leadsInside(link: string, top: string): Promise<boolean> {
  try {
    const target = await realpath(link);
    return target.startsWith(`${top}${path.sep}`) && (await stat(target)).isFile();
  } catch {
    return false;
  }
}
