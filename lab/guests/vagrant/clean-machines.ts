import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import { foldersBelow } from '../../host/files.ts';
import type { Folders } from '../../host/folders.ts';
import { endLease, endVagrantProcesses } from './end-lease.ts';
import { environmentOfLease } from './lease-folder.ts';
import { dataFolderOf, leaseIsHeld, leasesFolder, readLeaseNote } from './lease-note.ts';
import { indexedMachines, vagrantHomeIn } from './machine-index.ts';
import { vagrantIn } from './vagrant.ts';
import { type VagrantSettings, hypervisorEnv } from './vagrant-command.ts';

/** A folder without a note may be one that is being made; after this time it is not. */
const NOTE_GRACE_MS = 60_000;

/**
 * Destroys machines whose owner is dead, after ending what of Vagrant still works on them. Finds them by the notes of leases; where a note is lost, by
 * Vagrant's own memory of machines. Returns a line for each, also for one that could not be removed.
 */
export async function cleanMachines(folders: Folders, settings: VagrantSettings, call: Call): Promise<readonly string[]> {
  const root = leasesFolder(folders);
  const said: string[] = [];
  for (const name of await foldersBelow(root)) {
    call.signal.throwIfAborted();
    const lease = path.join(root, name);
    const line = await cleanLease(lease, settings, call);
    if (line !== undefined) said.push(line);
  }
  return said;
}

async function cleanLease(lease: string, settings: VagrantSettings, call: Call): Promise<string | undefined> {
  const note = await readLeaseNote(lease);
  const dataFolder = dataFolderOf(lease);
  if (note) {
    if (await leaseIsHeld(note)) return undefined;
    await endVagrantProcesses(dataFolder);
    const env = {
      ...settings.env,
      ...hypervisorEnv(note.hypervisor),
      ...(note.vagrantHome === undefined ? {} : { VAGRANT_HOME: note.vagrantHome }),
    };
    const vagrant = vagrantIn({ ...environmentOfLease(lease, settings), env });
    return removed(`machine ${note.guest} of ${note.owner}, left by process ${note.pid}`, () =>
      endLease(vagrant, note.machine, lease, call),
    );
  }
  const found = await stat(lease).catch(() => undefined);
  if (!found || Date.now() - found.mtimeMs < NOTE_GRACE_MS) return undefined;
  await endVagrantProcesses(dataFolder);
  const home = vagrantHomeIn({ ...process.env, ...settings.env });
  const known = (await indexedMachines(home)).filter((machine) => path.resolve(machine.vagrantfileFolder) === lease);
  return removed(`the machine of ${path.basename(lease)}, which has no owner`, async () => {
    for (const { name, provider } of known) {
      const env = { ...settings.env, ...hypervisorEnv(provider) };
      await vagrantIn({ ...environmentOfLease(lease, settings), env }).destroy(name, call);
    }
    await rm(lease, { recursive: true, force: true, maxRetries: 3 });
  });
}

async function removed(what: string, remove: () => Promise<void>): Promise<string> {
  try {
    await remove();
    return `removed ${what}`;
  } catch (error) {
    return `could not remove ${what}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
