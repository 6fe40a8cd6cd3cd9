import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { readTextIfThere } from '../../host/files.ts';

const index = z.object({
  version: z.literal(1),
  machines: z.record(
    z.string(),
    z.object({
      name: z.string(),
      provider: z.string(),
      vagrantfile_path: z.string(),
    }),
  ),
});

/** A machine that Vagrant remembers. */
export interface IndexedMachine {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly vagrantfileFolder: string;
}

/** Where Vagrant keeps boxes and its memory of machines. */
export const vagrantHomeIn = (environment: Readonly<Record<string, string | undefined>>): string =>
  environment['VAGRANT_HOME'] ?? path.join(environment['USERPROFILE'] ?? environment['HOME'] ?? os.homedir(), '.vagrant.d');

/** Reads Vagrant's own memory of the machines of this user. Empty when there is none, or none that can be understood. */
export async function indexedMachines(vagrantHome: string): Promise<readonly IndexedMachine[]> {
  const text = await readTextIfThere(path.join(vagrantHome, 'data', 'machine-index', 'index')).catch(() => undefined);
  if (text === undefined) return [];
  try {
    return Object.entries(index.parse(JSON.parse(text)).machines).map(([id, { name, provider, vagrantfile_path: vagrantfileFolder }]) => ({
      id,
      name,
      provider,
      vagrantfileFolder,
    }));
  } catch {
    return [];
  }
}
