import type { ErrorEntry } from './error-entry.ts';

/** What can go wrong with Vagrant, its machines and its boxes. */
export const vagrantErrors = {
  'vagrant.missing': {
    kind: 'host',
    message: 'Vagrant is not installed: {program} cannot be started',
    hint: 'Install it from its makers’ packages (they bring WinRM with them; Debian’s do not) and run `lab doctor --provider vagrant`.',
  },
  'vagrant.failed': {
    kind: 'host',
    message: '`{command}` failed ({errorClass}): {reason}',
    hint: 'Run `lab doctor --provider vagrant`; what Vagrant said is above.',
  },
  'vagrant.killed': {
    kind: 'host',
    message: '`{command}` was ended from outside ({how})',
    hint: 'Its machine was removed. Look for what ends processes on this machine (memory, a clean-up job) and run again.',
  },
  'vagrant.machine-locked': {
    kind: 'host',
    message: 'Another process of Vagrant’s works on {machine}, and `{command}` waited in vain',
    hint: '`lab clean` ends what a killed lab left behind; otherwise wait for the other process.',
  },
  'vagrant.boot-timeout': {
    kind: 'guest',
    message: '{machine} did not answer WinRM in time',
    hint: 'Raise `bootSeconds` in vagrant/machines.json if this machine is slow; start it with a window (`gui: true`) to see what it shows.',
  },
  'vagrant.guest-unreachable': {
    kind: 'guest',
    message: 'Vagrant does not know how {machine} is reached: {reason}',
    hint: 'The machine may have switched itself off: an evaluation of Windows that has run out does so after an hour.',
  },
  'vagrant.guest-not-started': {
    kind: 'guest',
    message: 'The machine {guest} did not come up: {reason}',
    hint: 'Run `lab doctor --provider vagrant` and try again; the machine was removed.',
  },
  'vagrant.no-address': {
    kind: 'guest',
    message: 'What Vagrant says about how to reach {machine} cannot be used: {problem}',
    hint: 'Compare with `vagrant winrm-config`; the provider may be of a version that the lab does not know.',
  },
  'vagrant.report-invalid': {
    kind: 'guest',
    message: 'The script {script} did not say properly what it did on {machine}: {problem}',
    hint: 'Nothing of it was believed. Run `lab guest start` on the machine and look at what Vagrant shows.',
  },
  'vagrant.provider-unusable': {
    kind: 'host',
    message: 'The hypervisor cannot be used through Vagrant: {reason}',
    hint: 'Install it, or its plug-in for Vagrant; `lab doctor --provider vagrant` says which. LAB_HYPERVISOR chooses another one.',
  },
  'vagrant.winrm-missing': {
    kind: 'host',
    message: 'This Vagrant cannot talk WinRM: its parts for that are missing',
    hint: 'Debian and Ubuntu leave them out. Install Vagrant from its makers’ packages instead.',
  },
  'vagrant.vagrantfile-invalid': {
    kind: 'usage',
    message: 'Vagrant cannot use the Vagrantfile: {reason}',
    hint: 'Compare it with the one in the repository; what is different for your machines belongs into machines.json.',
  },
  'vagrant.port-taken': {
    kind: 'host',
    message: '{machine} has a port that somebody else listens on, and no other was free: {reason}',
    hint: 'End the other program, or free ports 2200 to 2250 of this machine.',
  },
  'vagrant.disk-full': {
    kind: 'host',
    message: 'There was no room on the disk for `{command}`: {reason}',
    hint: 'A machine takes up to 40 GB while it runs. Free some; `lab clean` and `vagrant box prune` help.',
  },
  'vagrant.no-machine': {
    kind: 'usage',
    message: 'No machine in {file} is {guest}: {wanted}',
    hint: 'Give a machine that name, system and build, or change the guest in lab.config.json. There are: {known}.',
  },
  'vagrant.winrm-only': {
    kind: 'usage',
    message: 'The guest {guest} is to be reached by {transport}, and machines of Vagrant’s are reached over WinRM',
    hint: 'Leave `transport` out in lab.config.json. A Windows with OpenSSH is a guest for `lab guest exec`.',
  },
  'vagrant.catalogue-invalid': {
    kind: 'usage',
    message: '{file} is not valid: {problems}',
    hint: 'schemas/machines.v1.json says what may stand there.',
  },
  'vagrant.box-missing': {
    kind: 'host',
    message: 'The box {box} is not on this machine',
    hint: '`lab boxes add` fetches it, compares its digest and hands it to Vagrant. It takes a while: boxes of Windows have 6 to 12 GB.',
  },
  'vagrant.no-such-box': {
    kind: 'usage',
    message: 'There is no box {box} for {hypervisor} in {file}',
    hint: 'Known: {known}.',
  },
  'vagrant.box-not-pinned': {
    kind: 'usage',
    message: 'The catalogue has no digest for the box {box} for {hypervisor}: {why}',
    hint: '`lab boxes mirror {box} --to DIR` fetches it and says its digest. Compare that with what its publisher says, and write it into vagrant/machines.json.',
  },
  'vagrant.box-mismatch': {
    kind: 'host',
    message: '{file} is not what the catalogue says: SHA-256 {actual} instead of {expected}',
    hint: 'It was removed. Fetch it again; if it stays so, the publisher has exchanged it: find out why before you change the catalogue.',
  },
  'vagrant.box-download-failed': {
    kind: 'host',
    message: 'The box {box} could not be fetched from {url}: {reason}',
    hint: 'Run the command again, it goes on where it stopped; or name a copy with --from URL-OR-FILE.',
  },
} as const satisfies Record<string, ErrorEntry>;
