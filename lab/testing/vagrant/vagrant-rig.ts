import { existsSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Test } from 'tap';
import type { GuestSpec, Provider } from '../../core/guest.ts';
import { type LocalPath, guestName } from '../../core/ids.ts';
import { Masker } from '../../core/secret.ts';
import type { Catalogue, Machine } from '../../guests/vagrant/catalogue.ts';
import type { VagrantSettings } from '../../guests/vagrant/vagrant-command.ts';
import { vagrantProvider } from '../../guests/vagrant/vagrant-provider.ts';
import { foldersIn } from '../../host/folders.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { noWine, projectRoot, realFolders } from '../wine-rig.ts';

const VAGRANT = '/usr/bin/vagrant';

/** Why tests with real Vagrant cannot run on this machine; `false` when they can. For `skip`. */
export const noVagrant: string | false = existsSync(VAGRANT) ? false : 'not installed: apt-get install --no-install-recommends vagrant';
/** The same for tests whose machines are embedded guests. */
export const noEmbeddedVagrant: string | false = noVagrant || noWine;

/** The machine that tests make, an embedded guest. */
export const embeddedSpec: GuestSpec = { name: guestName('win11'), os: 'windows-11', build: 26100, provider: 'vagrant' };

/** A folder for real Vagrant with everything of its own: Vagrantfile, catalogue, plug-ins, and Vagrant's home. */
export interface VagrantProject {
  /** Where the Vagrantfile is. */
  readonly folder: LocalPath;
  /** State of the lab, with the leases. */
  readonly state: LocalPath;
  /** What Vagrant needs to know of it. */
  readonly env: Readonly<Record<string, string>>;
  readonly settings: VagrantSettings;
  readonly masker: Masker;
  readonly provider: Provider;
}

/** What starts an embedded guest and keeps it, for the plug-in. */
export const embeddedCommand: readonly string[] = [
  process.execPath,
  '--no-warnings',
  path.join(projectRoot, 'lab', 'main.ts'),
  'guest',
  'start',
  'win11',
  '--json',
  '--config',
  path.join(projectRoot, 'lab.config.json'),
];

/** A catalogue with one machine. */
export const catalogueWith = (machine: Partial<Machine> = {}, more: Partial<Catalogue> = {}): Catalogue => ({
  format: 1,
  hypervisor: 'embedded',
  settings: {},
  boxes: [],
  machines: [
    {
      name: 'win11',
      os: 'windows-11',
      build: 26100,
      cpus: 2,
      memoryMiB: 2048,
      bootSeconds: 120,
      winrm: { user: 'vagrant', password: 'vagrant' },
      provision: [],
      settings: { embedded: { command: [...embeddedCommand] } },
      toolkit: { kind: 'agent', launcher: 'X:\\node.exe X:\\toolkit.cjs' },
      ...machine,
    },
  ],
  ...more,
});

/** Makes a project around the Vagrantfile of the repository, with the plug-ins of this folder and a catalogue. */
export async function vagrantProject(
  t: Test,
  catalogue: Catalogue = catalogueWith(),
  more: { readonly env?: Readonly<Record<string, string>>; readonly vagrantfile?: string } = {},
): Promise<VagrantProject> {
  const scratch = await scratchFolder(t);
  const folder = path.join(scratch, 'vagrant') as LocalPath;
  await mkdir(path.join(folder, 'provision'), { recursive: true });
  if (more.vagrantfile === undefined) await copyFile(path.join(projectRoot, 'vagrant', 'Vagrantfile'), path.join(folder, 'Vagrantfile'));
  else await writeFile(path.join(folder, 'Vagrantfile'), more.vagrantfile);
  const plugins = ['winrm-probe.rb', 'embedded-provider.rb'].map(
    (file) => `require ${JSON.stringify(path.join(import.meta.dirname, file))}\n`,
  );
  await writeFile(path.join(folder, '.vagrantplugins'), plugins.join(''));
  await writeFile(path.join(folder, 'machines.json'), JSON.stringify(catalogue, undefined, 2));
  const state = path.join(scratch, 'state') as LocalPath;
  const env = {
    VAGRANT_HOME: path.join(scratch, 'home'),
    LAB_CACHE_DIR: realFolders.cache,
    LAB_STATE_DIR: path.join(scratch, 'guest-state'),
    ...more.env,
  };
  const masker = new Masker();
  const folders = { ...foldersIn(process.env), state };
  return {
    folder,
    state,
    env,
    masker,
    settings: { program: VAGRANT, folder, env },
    provider: vagrantProvider({ folders, masker, vagrantFolder: folder, vagrantProgram: VAGRANT, vagrantEnv: env }),
  };
}
