import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exists } from '../../host/files.ts';
import { dataFolderOf } from './lease-note.ts';
import type { VagrantSettings } from './vagrant-command.ts';

/** Loads a file of the project's, wherever the lease lies; paths in it stay relative to the project. */
const loading = (file: string): string => `load '${file.replaceAll(/[\\']/g, String.raw`\$&`)}'\n`;

/**
 * Makes a Vagrant environment of its own around the project's Vagrantfile.
 *
 * A data folder of its own is not enough: Vagrant's memory of machines tells them apart by name, provider and folder of the Vagrantfile only, and
 * refuses the second one with "Failed to lock new machine".
 */
export async function makeLeaseFolder(lease: string, settings: VagrantSettings): Promise<void> {
  await mkdir(lease, { recursive: true });
  for (const name of ['Vagrantfile', '.vagrantplugins']) {
    const original = path.join(settings.folder, name);
    if (await exists(original)) await writeFile(path.join(lease, name), loading(original));
  }
}

/** How Vagrant is called for a lease that is there. */
export const environmentOfLease = (lease: string, settings: VagrantSettings): VagrantSettings => ({
  ...settings,
  folder: lease,
  dataFolder: dataFolderOf(lease),
});
