import { copyFile, mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../core/call.ts';
import type { LocalPath } from '../core/ids.ts';
import { writeError } from './files.ts';
import { sourceFiles } from './source-files.ts';

/** Copies what somebody wrote of a project into a folder, which is made; the installed packages are the same ones, by a link. */
export async function copyProject(from: LocalPath, to: LocalPath, call: Call): Promise<void> {
  try {
    await mkdir(to, { recursive: true });
    for (const name of await sourceFiles(from, call)) {
      call.signal.throwIfAborted();
      await mkdir(path.join(to, path.dirname(name)), { recursive: true });
      await copyFile(path.join(from, name), path.join(to, name)).catch((error: NodeJS.ErrnoException) => {
        // Git still knows a file that somebody has removed.
        if (error.code !== 'ENOENT') throw error;
      });
    }
    await symlink(path.join(from, 'node_modules'), path.join(to, 'node_modules'));
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : writeError(error, to);
  }
}
