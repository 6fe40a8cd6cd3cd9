import { stat } from 'node:fs/promises';
import { LabError } from '../core/error.ts';

/** What stands at a path, links followed; `undefined` when nothing does. Throws `file.unreadable` when that cannot be told. */
export async function whatIsAt(path: string): Promise<'file' | 'folder' | 'other' | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw LabError.of('file.unreadable', { path, reason: code ?? String(error) }, { cause: error });
  }
}
