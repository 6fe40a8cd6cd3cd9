import { LabError } from '../../core/error.ts';

/** How a command of Vagrant's failed, as far as it told. */
export interface VagrantFailure {
  /** The command as a person would type it: `vagrant up win10`. */
  readonly command: string;
  readonly machine: string;
  /** Ruby class of the error; absent when Vagrant died before it could say. */
  readonly errorClass?: string;
  /** What Vagrant says of the error, or the end of its standard error. */
  readonly text: string;
  readonly exitCode: number | undefined;
  readonly signal?: string | undefined;
}

const MOST_CHARACTERS = 1500;

/** Classes of Vagrant's errors that mean something to the lab, by the last part of their names. */
const known: Readonly<Record<string, (failure: VagrantFailure, reason: string) => LabError>> = {
  MachineLocked: locked,
  MachineActionLockedError: locked,
  EnvironmentLockedError: locked,
  VMBootTimeout: bootTimeout,
  VMBootBadState: bootTimeout,
  BoxChecksumMismatch: ({ text }, reason) => {
    // Expected: 0000a7…
    const [expected = 'unknown', received = 'unknown'] = ['Expected', 'Received'].map(
      (what) => new RegExp(String.raw`${what}: ([0-9a-f]+)`).exec(text)?.[1],
    );
    return LabError.of('vagrant.box-mismatch', { file: 'the box', expected, actual: received }, { cause: reason });
  },
  BoxNotFound: boxMissing,
  BoxNotFoundWithProvider: boxMissing,
  BoxNotFoundWithProviderAndVersion: boxMissing,
  BoxAddShortNotFound: boxMissing,
  BoxAddNoMatchingProvider: boxMissing,
  BoxAddNoMatchingVersion: boxMissing,
  ProviderNotFound: providerUnusable,
  ProviderNotFoundSuggestion: providerUnusable,
  ProviderNotUsable: providerUnusable,
  NoDefaultProvider: providerUnusable,
  VBoxManageNotFoundError: providerUnusable,
  VirtualBoxNotDetected: providerUnusable,
  VirtualBoxInvalidVersion: providerUnusable,
  VirtualBoxKernelModuleNotLoaded: providerUnusable,
  VirtualBoxInstallIncomplete: providerUnusable,
  HypervVirtualBoxError: providerUnusable,
  ForwardPortCollision: portTaken,
  ForwardPortAutolistEmpty: portTaken,
  ForwardPortCollisionResume: portTaken,
  ConfigInvalid: badVagrantfile,
  VagrantfileSyntaxError: badVagrantfile,
  VagrantfileLoadError: badVagrantfile,
  VagrantfileNameError: badVagrantfile,
  VagrantfileTemplateNotFoundError: badVagrantfile,
  NoEnvironmentError: badVagrantfile,
  MachineNotFound: badVagrantfile,
  WinRMNotReady: unreachable,
  SSHNotReady: unreachable,
  PluginNotInstalled: providerUnusable,
};

/** Turns a failure of Vagrant's into the lab's error with the remedy. */
export function vagrantError(failure: VagrantFailure): LabError {
  const reason = shortened(failure.text);
  if (isDiskFull(failure.text)) return LabError.of('vagrant.disk-full', { command: failure.command, reason });
  const name = failure.errorClass?.split('::').at(-1) ?? '';
  const mapped = Object.hasOwn(known, name) ? known[name] : undefined;
  if (mapped) return mapped(failure, reason);
  if (failure.errorClass !== undefined) return LabError.of('vagrant.failed', { command: failure.command, errorClass: name, reason });
  if (isLockRace(failure.text)) return locked(failure, reason);
  if (/cannot load such file -- winrm/.test(failure.text)) return LabError.of('vagrant.winrm-missing', {}, { cause: reason });
  if (/failed to initialize at a very early stage|syntax error/i.test(failure.text)) return badVagrantfile(failure, reason);
  const how = failure.signal === undefined ? `exit code ${failure.exitCode ?? 'unknown'}` : `signal ${failure.signal}`;
  return failure.signal !== undefined || (failure.exitCode ?? 0) > SIGNALLED
    ? LabError.of('vagrant.killed', { command: failure.command, how })
    : LabError.of('vagrant.failed', { command: failure.command, errorClass: how, reason: reason || 'it said nothing' });
}

/** Exit codes above are 128 and the number of a signal. */
const SIGNALLED = 128;

/** Whether waiting may help: somebody else works on the machine. */
export const isLocked = (error: unknown): boolean => error instanceof LabError && error.code === 'vagrant.machine-locked';

function locked({ machine, command }: VagrantFailure, reason: string): LabError {
  return LabError.of('vagrant.machine-locked', { machine, command }, { cause: reason });
}
function bootTimeout({ machine }: VagrantFailure, reason: string): LabError {
  return LabError.of('vagrant.boot-timeout', { machine }, { cause: reason });
}
function boxMissing({ machine }: VagrantFailure, reason: string): LabError {
  return LabError.of('vagrant.box-missing', { box: `of ${machine}` }, { cause: reason });
}
function providerUnusable(_failure: VagrantFailure, reason: string): LabError {
  return LabError.of('vagrant.provider-unusable', { reason });
}
function portTaken({ machine }: VagrantFailure, reason: string): LabError {
  return LabError.of('vagrant.port-taken', { machine, reason });
}
function badVagrantfile(_failure: VagrantFailure, reason: string): LabError {
  return LabError.of('vagrant.vagrantfile-invalid', { reason });
}
function unreachable({ machine }: VagrantFailure, reason: string): LabError {
  return LabError.of('vagrant.guest-unreachable', { machine, reason });
}

/**
 * Two commands of Vagrant's looked at one machine at the same moment: each removes the file of the lock when it is done, and the second does not find it
 * and dies, with the machine and the index as they should be.
 * …/machine_index.rb:304:in `delete': No such file or directory @ apply2files - …/machine-index/a795f.lock (Errno::ENOENT)
 */
const isLockRace = (text: string): boolean => /machine_index\.rb.*No such file or directory.*\.lock \(Errno::ENOENT\)/.test(text);

/** What the hypervisors and Ruby say of a full disk. */
const isDiskFull = (text: string): boolean =>
  /VERR_DISK_FULL|ENOSPC|No space left on device|not enough (?:free )?(?:disk )?space|There is not enough space on the disk/i.test(text);

function shortened(text: string): string {
  const bare = text.trim().replaceAll(/\s*\n\s*/g, ' · ');
  return bare.length > MOST_CHARACTERS ? `${bare.slice(0, MOST_CHARACTERS)}…` : bare;
}
