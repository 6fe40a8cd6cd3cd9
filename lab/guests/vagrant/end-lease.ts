import { readFile, readdir, rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import { filesBelow } from '../../host/files.ts';
import { dataFolderOf } from './lease-note.ts';
import type { Vagrant } from './vagrant.ts';

const ROUNDS = 40;
const ROUND_MS = 50;

/**
 * Destroys the machine of a lease and removes its folder. Harmless when nothing is left. Where Vagrant has made no machine it is not asked, so that
 * a Vagrant that does not work at all keeps nothing alive. Throws, and keeps the folder for `lab clean`, when it cannot destroy one.
 */
export async function endLease(vagrant: Vagrant, machine: string, lease: string, call: Call): Promise<void> {
  if (await hasMachine(dataFolderOf(lease))) await vagrant.destroy(machine, call);
  await rm(lease, { recursive: true, force: true, maxRetries: 3 });
}

/** Whether Vagrant has written down a machine: `machines/<name>/<provider>/id`. */
const hasMachine = async (dataFolder: string): Promise<boolean> =>
  (await filesBelow(path.join(dataFolder, 'machines')).catch((): string[] => [])).some((file) => path.basename(file) === 'id');

/** Ends every process of Vagrant's that still works on the data of a lease: one that a killed lab left behind. Found by its environment. */
export async function endVagrantProcesses(dataFolder: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = await processesWith(`VAGRANT_DOTFILE_PATH=${dataFolder}`);
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended meanwhile.
      }
    }
    await wait(ROUND_MS);
  }
}

/** Programs of this user that run Ruby and have a variable. What a machine is made of has inherited it too and is left to the provider. */
async function processesWith(variable: string): Promise<readonly number[]> {
  // Where there is no /proc, Vagrant's own lock on the machine is waited for.
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [environment, commandLine, stat] = await Promise.all(
        ['environ', 'cmdline', 'stat'].map((file) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '')),
      );
      const zombie = /\) [ZX] /.test(stat ?? '');
      return !zombie && /ruby|vagrant/.test(commandLine ?? '') && (environment ?? '').split('\0').includes(variable) ? [pid] : [];
    }),
  );
  return found.flat();
}
