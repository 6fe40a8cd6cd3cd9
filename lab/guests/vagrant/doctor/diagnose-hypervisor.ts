import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import type { Call } from '../../../core/call.ts';
import type { Diagnosis } from '../../../core/guest.ts';
import type { HypervisorName } from '../catalogue.ts';
import { findHypervisor, hypervisors } from '../hypervisors.ts';
import { vagrantIn } from '../vagrant.ts';
import type { VagrantSettings } from '../vagrant-command.ts';

const remedies: Readonly<Record<HypervisorName, string>> = {
  virtualbox: 'Install VirtualBox (virtualbox.org) and see that VBoxManage is on the PATH; or choose another with LAB_HYPERVISOR.',
  hyperv: 'Switch Hyper-V on in an elevated PowerShell: Enable-WindowsOptionalFeature -Online -FeatureName Microsoft-Hyper-V -All',
  vmware_desktop: 'Install VMware Workstation or Fusion, the Vagrant VMware Utility, and the plug-in.',
  libvirt: 'apt-get install qemu-system-x86 libvirt-daemon-system ovmf vagrant-libvirt, and add yourself to the group libvirt.',
  embedded: 'Only the lab’s own tests use it.',
};

/** The hypervisor itself. A stand-in is told as one. */
export async function diagnoseHypervisor({ env }: VagrantSettings, name: HypervisorName, call: Call): Promise<readonly Diagnosis[]> {
  const { title } = hypervisors[name];
  const subject = `hypervisor ${name}`;
  try {
    const { version, assurance } = await findHypervisor(name, env, call);
    if (assurance === 'windows') return [{ subject, state: 'ok', message: `${title} ${version}`.trim() }];
    return [
      {
        subject,
        state: 'warning',
        message: `${title} ${version} is ${assurance === 'emulated' ? 'no hypervisor' : 'a stand-in'}: its machines count as ${assurance}`,
        hint: remedies[name],
      },
    ];
  } catch (error) {
    call.signal.throwIfAborted();
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not on the PATH' : String(error);
    return [{ subject, state: 'missing', message: `${hypervisors[name].program?.name ?? title}: ${reason}`, hint: remedies[name] }];
  }
}

/** The plug-in that Vagrant needs for it, where it needs one. */
export async function diagnosePlugin(settings: VagrantSettings, name: HypervisorName, call: Call): Promise<readonly Diagnosis[]> {
  const { plugin } = hypervisors[name];
  if (plugin === undefined) return [];
  const subject = `plug-in ${plugin}`;
  const version = (await vagrantIn(settings).plugins(call)).get(plugin);
  if (version !== undefined) return [{ subject, state: 'ok', message: version }];
  return [{ subject, state: 'missing', message: 'Vagrant does not have it', hint: `vagrant plugin install ${plugin}` }];
}

/** Whether the processor can run machines at their own speed, and whether this user may use that. */
export async function diagnoseVirtualisation(name: HypervisorName): Promise<readonly Diagnosis[]> {
  const subject = 'virtualisation';
  if (name === 'embedded') return [];
  if (process.platform !== 'linux')
    return [{ subject, state: 'ok', message: `not asked on ${process.platform}; the hypervisor says so itself` }];
  const cpu = await readFile('/proc/cpuinfo', 'latin1').catch(() => '');
  // flags : fpu vme … vmx … svm
  const kind = /^flags\s*:.*\bvmx\b/m.test(cpu) ? 'Intel VT-x' : /^flags\s*:.*\bsvm\b/m.test(cpu) ? 'AMD-V' : undefined;
  if (kind === undefined)
    return [
      {
        subject,
        state: 'missing',
        message: 'the processor shows neither VT-x nor AMD-V',
        hint: 'Switch virtualisation on in the firmware; in a virtual machine, allow nested virtualisation.',
      },
    ];
  if (name !== 'libvirt') return [{ subject, state: 'ok', message: kind }];
  const usable = await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  if (usable) return [{ subject, state: 'ok', message: `${kind}, /dev/kvm can be used` }];
  return [
    {
      subject,
      state: 'missing',
      message: `${kind}, but /dev/kvm cannot be used`,
      hint: 'modprobe kvm_intel (or kvm_amd), and: usermod -aG kvm $USER',
    },
  ];
}
