import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readTextIfThere } from '../../host/files.ts';
import { removeFolder } from './remove-folder.ts';
import type { Leftovers } from './wall.ts';

const ROUNDS = 20;
const ROUND_MS = 25;

/** Ends what still runs in a prefix and removes its folders. Harmless when nothing is left. */
export async function removeLeftovers(leftovers: Leftovers): Promise<void> {
  await endLoosePrograms(leftovers);
  for (const folder of leftovers.folders) await removeFolder(folder);
}

/**
 * Ends every program of this user that was started for the prefix, found by its environment, which Wine hands on to all that it starts; then removes
 * the folder of Wine's server. Does nothing where namespaces end them.
 */
export async function endLoosePrograms(leftovers: Leftovers): Promise<void> {
  const prefix = leftovers.looseIn;
  if (prefix === undefined) return;
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = await processesOf(prefix);
    if (found.length === 0) break;
    for (const pid of found) end(pid);
    await wait(ROUND_MS);
  }
  // wine-KaBXaW
  const server = /^wine-[A-Za-z0-9]{6}$/.exec((await readTextIfThere(path.join(prefix, 'wineserver'))) ?? '')?.[0];
  if (server !== undefined && (await stat(path.join('/tmp', server)).catch(() => undefined))?.uid === process.getuid?.())
    await removeFolder(path.join('/tmp', server));
}

/** Process ids of programs that run in a prefix. */
export async function processesOf(prefix: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      // Unreadable: another user's, or gone meanwhile.
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
      return environment.split('\0').includes(`WINEPREFIX=${prefix}`) ? [pid] : [];
    }),
  );
  return found.flat();
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}
