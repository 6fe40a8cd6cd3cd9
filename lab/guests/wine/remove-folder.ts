import { chmod, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Removes a folder that a guest wrote into. An overlay's work folder, and whatever a hostile guest made, may lack the permissions that removing
 * needs; they are given first. Symbolic links are removed, never followed.
 */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES' && error.code !== 'EPERM' && error.code !== 'ENOTEMPTY') throw error;
    await openUp(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  });
}

async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openUp(path.join(folder, entry.name));
  }
}
