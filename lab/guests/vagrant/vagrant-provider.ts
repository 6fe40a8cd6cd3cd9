import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { GuestSpec, Provider, PullRoute } from '../../core/guest.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { Masker } from '../../core/secret.ts';
import type { Folders } from '../../host/folders.ts';
import {
  type Catalogue,
  type HypervisorName,
  type Machine,
  catalogueFileIn,
  machineFor,
  readCatalogue,
  vagrantNameOf,
} from './catalogue.ts';
import { cleanMachines } from './clean-machines.ts';
import { diagnoseVagrant } from './doctor/diagnose-vagrant.ts';
import { type FoundHypervisor, chosenHypervisor, findHypervisor } from './hypervisors.ts';
import { vagrantIn } from './vagrant.ts';
import { type VagrantSettings, hypervisorEnv } from './vagrant-command.ts';
import { openVagrantLease } from './vagrant-lease.ts';

export interface VagrantProviderOptions {
  readonly folders: Folders;
  /** Gets to know every guest's password. */
  readonly masker: Masker;
  /** Where the Vagrantfile and machines.json are. */
  readonly vagrantFolder: LocalPath;
  /** Hypervisor that is used instead of the catalogue's. */
  readonly hypervisor?: string;
  /** The program; default `vagrant`. */
  readonly vagrantProgram?: string;
  /** Added to Vagrant's environment. */
  readonly vagrantEnv?: Readonly<Record<string, string>>;
}

/** Everything that is asked of the host once before machines are made. */
interface Ready {
  readonly catalogue: Catalogue;
  readonly hypervisor: HypervisorName;
  readonly found: FoundHypervisor;
  readonly version: string;
}

/**
 * Machines that Vagrant makes with a hypervisor of this host: real Windows, unless the hypervisor is a stand-in or the plug-in of the lab's own tests;
 * each lease says which. Nothing is fetched here: a box that is missing is an error that names the command.
 */
export function vagrantProvider(options: VagrantProviderOptions): Provider {
  const settings = settingsOf(options);
  // Kept only when all was well: what is wrong may be put right while the process lives.
  let ready: Ready | undefined;
  const look = async (call: Call): Promise<Ready> => (ready ??= await lookAround(settings, options.hypervisor, call));
  return {
    name: 'vagrant',
    assurance: 'windows',
    serial: [],
    doctor: (call) => diagnoseVagrant({ settings, hypervisor: options.hypervisor, folders: options.folders }, call),
    prepare: async (specs, onProgress, call) => {
      specs.forEach(wantWinrm);
      onProgress({ what: 'look for Vagrant, the hypervisor and the boxes' });
      const { catalogue, hypervisor } = await look(call);
      const vagrant = vagrantIn(settings);
      await vagrant.validate(call);
      const wanted = specs.flatMap((spec) => boxOf(catalogue, machineFor(catalogue, spec, fileOf(options)), hypervisor) ?? []);
      if (wanted.length === 0) return;
      const there = await vagrant.boxes(call);
      for (const box of wanted) {
        if (!there.some(({ name, provider }) => name === box && provider.replace(/ .*/, '') === hypervisor))
          throw LabError.of('vagrant.box-missing', { box });
      }
    },
    acquire: async (spec: GuestSpec, owner, call, onNotice = () => {}) => {
      call.signal.throwIfAborted();
      wantWinrm(spec);
      const { catalogue, hypervisor, found, version } = await look(call);
      call.signal.throwIfAborted();
      const machine = machineFor(catalogue, spec, fileOf(options));
      const box = boxOf(catalogue, machine, hypervisor);
      return openVagrantLease(
        {
          folders: options.folders,
          masker: options.masker,
          settings: { ...settings, env: { ...settings.env, ...hypervisorEnv(hypervisor) } },
          vagrantVersion: version,
          spec,
          owner,
          machine,
          hypervisor,
          found,
          boxTitle: box,
          pull: pullOf(catalogue, hypervisor),
          onNotice,
        },
        call,
      );
    },
    clean: (call) => cleanMachines(options.folders, settings, call),
  };
}

/** Another way in would be silently another guest than the one that was asked for. */
function wantWinrm({ name: guest, transport = 'winrm' }: GuestSpec): void {
  if (transport !== 'winrm') throw LabError.of('vagrant.winrm-only', { guest, transport });
}

/** How Vagrant is called, by what the provider was made with. */
export const settingsOf = ({
  vagrantFolder,
  vagrantProgram,
  vagrantEnv,
  hypervisor,
}: Omit<VagrantProviderOptions, 'folders' | 'masker'>): VagrantSettings => ({
  program: vagrantProgram ?? 'vagrant',
  folder: vagrantFolder,
  env: { ...vagrantEnv, ...(hypervisor === undefined ? {} : hypervisorEnv(hypervisor)) },
});

const fileOf = (options: VagrantProviderOptions): string => catalogueFileIn(options.vagrantFolder);

async function lookAround(settings: VagrantSettings, wanted: string | undefined, call: Call): Promise<Ready> {
  const catalogue = await readCatalogue(settings.folder as LocalPath);
  const hypervisor = chosenHypervisor(catalogue.hypervisor, wanted);
  const version = await vagrantIn(settings).version(call);
  const found = await findHypervisor(hypervisor, settings.env, call).catch((error: unknown) => {
    call.signal.throwIfAborted();
    throw LabError.of('vagrant.provider-unusable', { reason: String(error) });
  });
  return { catalogue, hypervisor, found, version };
}

/** How machines on a hypervisor reach this host, where the catalogue says it: nothing is guessed. */
function pullOf({ pull }: Catalogue, hypervisor: HypervisorName): PullRoute | undefined {
  const route = pull?.[hypervisor];
  if (route === undefined) return undefined;
  return { listen: { host: route.listen }, ...(route.hostInGuest === undefined ? {} : { hostInGuest: route.hostInGuest }) };
}

/** What Vagrant calls the box of a machine; `undefined` where it needs none on this hypervisor. */
function boxOf({ boxes }: Catalogue, { box: wanted }: Machine, hypervisor: HypervisorName): string | undefined {
  const box = boxes.find(({ name }) => name === wanted);
  return box === undefined || hypervisor === 'embedded' ? undefined : vagrantNameOf(box);
}
