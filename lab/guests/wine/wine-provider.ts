import { allOrNone } from '../../core/all-or-none.ts';
import type { Call } from '../../core/call.ts';
import type { Clock } from '../../core/clock.ts';
import type { Provider, ProviderProgress } from '../../core/guest.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { Masker } from '../../core/secret.ts';
import type { Folders } from '../../host/folders.ts';
import { cleanGuests } from './clean-guests.ts';
import { diagnose } from './doctor.ts';
import { type Prepared, prepare } from './preparation.ts';
import { openWineLease } from './wine-lease.ts';

export interface WineProviderOptions {
  readonly folders: Folders;
  /** Where package-lock.json and node_modules are. */
  readonly projectRoot: LocalPath;
  readonly clock: Clock;
  /** Gets to know every guest's password. */
  readonly masker: Masker;
  /** A PowerShell 7 for Windows that guests get, as folder or zip. Absent: they have none. */
  readonly powershell?: LocalPath;
  /** `none`: no namespaces even where the host would allow them. Default `auto`. */
  readonly isolation?: 'auto' | 'none';
}

/** Embedded guests: Wine in a sandbox on this machine, reached through a real WinRM endpoint. Needs no root and nothing installed but Debian's apt. */
export function wineProvider(options: WineProviderOptions): Provider {
  const settings = {
    folders: options.folders,
    projectRoot: options.projectRoot,
    isolation: options.isolation ?? 'auto',
    powershell: options.powershell,
  };
  let prepared: Prepared | undefined;
  const ready = async (onProgress: (progress: ProviderProgress) => void, call: Call): Promise<Prepared> => {
    prepared ??= await prepare(settings, onProgress, call);
    return prepared;
  };
  return {
    name: 'wine',
    assurance: 'emulated',
    serial: [],
    doctor: (call) => diagnose(settings, call),
    prepare: async (specs, onProgress, call) => {
      const { template } = await ready(onProgress, call);
      const builds = [...new Set(specs.map((spec) => spec.build))];
      await allOrNone(
        builds.map((build) => (part) => template(build, part)),
        call,
      );
    },
    acquire: async (spec, owner, call) => {
      call.signal.throwIfAborted();
      return openWineLease({ folders: options.folders, masker: options.masker, prepared: await ready(() => {}, call), spec, owner }, call);
    },
    clean: (call) => cleanGuests(options.folders, call),
  };
}
