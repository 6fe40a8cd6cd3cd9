import path from 'node:path';
import type { Assurance } from '../../core/assurance.ts';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { Isolation } from '../../core/guest.ts';
import { exec } from '../../host/exec.ts';
import { type HypervisorName, hypervisorNames } from './catalogue.ts';
import { STAND_IN_MARK } from './stand-in-mark.ts';

/** What the lab has to know about a hypervisor beside what Vagrant does for it. */
export interface Hypervisor {
  /** For people. */
  readonly title: string;
  /** Program that shows that it is here, and what it is asked for its version. Absent: Vagrant's plug-in is all of it. */
  readonly program?: { readonly name: string; readonly versionArgs: readonly string[] };
  /** Plug-in for Vagrant, where the provider does not come with it. */
  readonly plugin?: string;
  /** Whether disks may be imported or cloned at the same time. Booting at the same time is possible with all of them. */
  readonly parallelImport: boolean;
  readonly assurance: Assurance;
  readonly isolation: Isolation;
}

export const hypervisors: Readonly<Record<HypervisorName, Hypervisor>> = {
  // Importing twice at a time fails or takes many times as long (Vagrant calls the provider "not parallel").
  virtualbox: {
    title: 'VirtualBox',
    program: { name: 'VBoxManage', versionArgs: ['--version'] },
    parallelImport: false,
    assurance: 'windows',
    isolation: 'virtual-machine',
  },
  hyperv: { title: 'Hyper-V', parallelImport: true, assurance: 'windows', isolation: 'virtual-machine' },
  vmware_desktop: {
    title: 'VMware',
    program: { name: 'vmrun', versionArgs: [] },
    plugin: 'vagrant-vmware-desktop',
    parallelImport: false,
    assurance: 'windows',
    isolation: 'virtual-machine',
  },
  libvirt: {
    title: 'libvirt with KVM',
    program: { name: 'virsh', versionArgs: ['--version'] },
    plugin: 'vagrant-libvirt',
    parallelImport: true,
    assurance: 'windows',
    isolation: 'virtual-machine',
  },
  // `none` until a machine has said otherwise.
  embedded: { title: 'embedded guests behind Vagrant', parallelImport: true, assurance: 'emulated', isolation: 'none' },
};

/** What is really there, as it says itself. */
export interface FoundHypervisor {
  readonly version: string;
  readonly assurance: Assurance;
}

/** Asks a hypervisor what it is. Throws what starting its program throws. */
export async function findHypervisor(
  name: HypervisorName,
  env: Readonly<Record<string, string>> | undefined,
  call: Call,
): Promise<FoundHypervisor> {
  const { program, assurance } = hypervisors[name];
  if (!program) return { version: '', assurance };
  const options = env === undefined ? {} : { env };
  // VirtualBox for Windows is on no PATH, but says where it is.
  const folder = name === 'virtualbox' ? (process.env['VBOX_MSI_INSTALL_PATH'] ?? '') : '';
  const file = folder === '' ? program.name : path.join(folder, program.name);
  const asked = await exec(file, program.versionArgs, call, options);
  call.signal.throwIfAborted();
  const version = /\d+(?:\.\d+)+(?:r\d+)?/.exec(`${asked.stdout}${asked.stderr}`)?.[0] ?? '';
  if (name !== 'virtualbox') return { version, assurance };
  const { stdout } = await exec(file, ['list', 'systemproperties'], call, options);
  call.signal.throwIfAborted();
  return { version, assurance: stdout.includes(STAND_IN_MARK) ? 'simulated' : assurance };
}

/** The hypervisor that is asked for, else the usual one. Throws `usage.unknown-name` on one that is not known. */
export function chosenHypervisor(usual: HypervisorName, wanted: string | undefined): HypervisorName {
  if (wanted === undefined) return usual;
  const known = hypervisorNames.find((name) => name === wanted);
  if (known) return known;
  throw LabError.of('usage.unknown-name', { what: 'hypervisor', name: wanted, known: hypervisorNames.join(', ') });
}
