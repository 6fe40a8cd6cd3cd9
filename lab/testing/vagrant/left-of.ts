import { readFile, readdir } from 'node:fs/promises';
import { leasesFolder } from '../../guests/vagrant/lease-note.ts';
import { hostProcesses } from '../host-processes.ts';
import type { VagrantProject } from './vagrant-rig.ts';

/** What is left of a project's machines: leases, and processes that have its environment. */
export async function leftOf(project: VagrantProject): Promise<readonly string[]> {
  const leases = await readdir(leasesFolder({ cache: project.state, state: project.state })).catch((): string[] => []);
  return [...leases, ...(await processesOf(project)).map(({ commandLine }) => commandLine)];
}

/** Processes that were started for a project: Vagrant's, and what machines are made of. */
export async function processesOf({ env }: VagrantProject): Promise<readonly { readonly pid: number; readonly commandLine: string }[]> {
  const home = `VAGRANT_HOME=${env['VAGRANT_HOME']}`;
  const found = await Promise.all(
    (await hostProcesses()).map(async ({ pid, commandLine }) => {
      if (pid === process.pid) return [];
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
      return environment.split('\0').includes(home) ? [{ pid, commandLine }] : [];
    }),
  );
  return found.flat();
}
