import type { Call } from '../../../core/call.ts';
import { LabError } from '../../../core/error.ts';
import type { Diagnosis } from '../../../core/guest.ts';
import type { LocalPath } from '../../../core/ids.ts';
import type { Folders } from '../../../host/folders.ts';
import { type Catalogue, type HypervisorName, catalogueFileIn, readCatalogue } from '../catalogue.ts';
import { chosenHypervisor } from '../hypervisors.ts';
import { vagrantHomeIn } from '../machine-index.ts';
import { vagrantIn } from '../vagrant.ts';
import type { VagrantSettings } from '../vagrant-command.ts';
import { diagnoseBoxes } from './diagnose-boxes.ts';
import { diagnoseDisk, diagnoseMemory, diagnosePort } from './diagnose-room.ts';
import { diagnoseHypervisor, diagnosePlugin, diagnoseVirtualisation } from './diagnose-hypervisor.ts';

export interface DiagnoseVagrantOptions {
  readonly settings: VagrantSettings;
  readonly hypervisor: string | undefined;
  readonly folders: Folders;
}

/** Oldest version that knows the boxes' checksums and the machine-readable lines that the lab reads. */
const OLDEST = [2, 3] as const;

/** Asks everything that machines of Vagrant's need of this host; starts none and fetches nothing. */
export async function diagnoseVagrant(options: DiagnoseVagrantOptions, call: Call): Promise<readonly Diagnosis[]> {
  const { settings, folders } = options;
  const vagrant = await diagnoseVersion(settings, call);
  const catalogue = await diagnoseCatalogue(settings, options.hypervisor);
  if (!('hypervisor' in catalogue)) return [vagrant, catalogue];
  const { found, hypervisor } = catalogue;
  const there = vagrant.state !== 'missing';
  const home = vagrantHomeIn({ ...process.env, ...settings.env });
  const groups = await Promise.all([
    diagnoseHypervisor(settings, hypervisor, call),
    diagnoseVirtualisation(hypervisor),
    there ? diagnosePlugin(settings, hypervisor, call) : [],
    there ? diagnoseWinrm(settings, call) : [],
    diagnoseDisk(home, found, hypervisor),
    diagnosePort(),
    there ? diagnoseBoxes({ settings, folders, home }, found, hypervisor, call) : [],
  ]);
  return [
    vagrant,
    ok('catalogue', `${found.machines.length} machines, ${found.boxes.length} boxes, on ${hypervisor}`),
    diagnoseMemory(found),
    ...groups.flat(),
  ];
}

/** A thing that is well. */
export const ok = (subject: string, message: string): Diagnosis => ({ subject, state: 'ok', message });

async function diagnoseVersion(settings: VagrantSettings, call: Call): Promise<Diagnosis> {
  try {
    const version = await vagrantIn(settings).version(call);
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return ok('vagrant', version);
    return { subject: 'vagrant', state: 'warning', message: `${version} is old`, hint: `Install ${OLDEST.join('.')} or newer.` };
  } catch (error) {
    call.signal.throwIfAborted();
    return asDiagnosis('vagrant', error);
  }
}

async function diagnoseCatalogue(
  { folder }: VagrantSettings,
  wanted: string | undefined,
): Promise<Diagnosis | { readonly found: Catalogue; readonly hypervisor: HypervisorName }> {
  try {
    const found = await readCatalogue(folder as LocalPath);
    return { found, hypervisor: chosenHypervisor(found.hypervisor, wanted) };
  } catch (error) {
    return asDiagnosis(`catalogue ${catalogueFileIn(folder as LocalPath)}`, error);
  }
}

/** Loads the Vagrantfile, which loads WinRM's parts: packages that leave them out show it here and not in the middle of a run. */
async function diagnoseWinrm(settings: VagrantSettings, call: Call): Promise<readonly Diagnosis[]> {
  try {
    await vagrantIn(settings).validate(call);
    return [ok('Vagrantfile', 'Vagrant can use it, and talks WinRM')];
  } catch (error) {
    call.signal.throwIfAborted();
    return [asDiagnosis('Vagrantfile', error)];
  }
}

/** Tells an error as a thing that is missing. */
export function asDiagnosis(subject: string, error: unknown): Diagnosis {
  if (!(error instanceof LabError)) throw error;
  return { subject, state: 'missing', message: error.message, hint: error.hint };
}
