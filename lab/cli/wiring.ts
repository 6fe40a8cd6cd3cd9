import path from 'node:path';
import { checks } from '../checks/index.ts';
import type { LabConfig } from '../core/config.ts';
import type { GuestSpec, Provider } from '../core/guest.ts';
import type { LocalPath } from '../core/ids.ts';
import type { Reporter } from '../core/reporter.ts';
import type { FlowParts } from '../flow-parts.ts';
import { providers } from '../guests/index.ts';
import { createAppendFile, writeFileAtomic } from '../host/files.ts';
import { sha256Of } from '../host/hash.ts';
import { hostFacts } from '../host/host-facts.ts';
import { takeLock } from '../host/lock.ts';
import { toolkitFor } from '../toolkit/index.ts';
import { transports } from '../transports/index.ts';
import { loadLabKey } from '../trust/keys.ts';
import { sealRun } from '../trust/seal.ts';
import type { CliContext } from './cli-context.ts';
import { prepareRelease } from './prepare-release.ts';
import type { Project } from './project.ts';
import { type Workplace, workplaceIn } from './workplace.ts';

/** The implementations that every command works with. Made once a process; this file is the only place that picks them. */
export interface Wiring extends Workplace {
  readonly transport: FlowParts['transport'];
  readonly toolkitFor: typeof toolkitFor;
  readonly providerOf: (spec: Pick<GuestSpec, 'provider'>) => Provider;
}

/** What of the configuration or the command line providers have to know. */
export interface ProviderSettings {
  /** A PowerShell 7 for Windows that embedded guests get. */
  readonly powershell?: LocalPath;
  /** Guests of the configuration: hosts that are there already are among them. */
  readonly hosts?: readonly GuestSpec[];
}

export function wire(projectRoot: LocalPath, context: CliContext, settings: ProviderSettings = {}): Wiring {
  const workplace = workplaceIn(context);
  const { folders, clock, masker } = workplace;
  const made = new Map<GuestSpec['provider'], Provider>();
  // `none` is for hosts that allow namespaces and for trying what happens where they are refused.
  const isolation = context.environment['LAB_ISOLATION'] === 'none' ? 'none' : 'auto';
  return {
    ...workplace,
    transport: transports(clock),
    toolkitFor,
    providerOf: ({ provider }) => {
      const known = made.get(provider);
      if (known) return known;
      const fresh = providers[provider]({
        folders,
        projectRoot,
        clock,
        masker,
        isolation,
        environment: context.environment,
        transport: transports(clock),
        toolkitFor,
        ...settings,
        ...vagrantOptions(projectRoot, context),
      });
      made.set(provider, fresh);
      return fresh;
    },
  };
}

/** Where Vagrant's machines are described, and the hypervisor they run on: `LAB_VAGRANT_DIR` and `LAB_HYPERVISOR` choose others. */
export function vagrantOptions(
  projectRoot: LocalPath,
  { environment, cwd }: CliContext,
): { readonly vagrantFolder: LocalPath; readonly hypervisor?: string } {
  const [folder, hypervisor] = [environment['LAB_VAGRANT_DIR'], environment['LAB_HYPERVISOR']];
  return {
    vagrantFolder: (folder ? path.resolve(cwd, folder) : path.join(projectRoot, 'vagrant')) as LocalPath,
    ...(hypervisor ? { hypervisor } : {}),
  };
}

/** The parts of a run: `reporters` and `holdGuests` are the command's, the rest is the same for everybody. */
export async function flowParts(
  project: Project,
  wiring: Wiring,
  own: { readonly reporters: readonly Reporter[]; readonly holdGuests: FlowParts['holdGuests'] },
): Promise<FlowParts> {
  const { clock, masker, folders, signing } = wiring;
  return {
    ...own,
    clock,
    masker,
    host: await hostFacts(),
    hash: sha256Of,
    openJournalFile: createAppendFile,
    writeFile: writeFileAtomic,
    providerOf: wiring.providerOf,
    transport: wiring.transport,
    toolkitFor,
    checks,
    alone: (purpose, onWait, call) => takeLock('host-lane', purpose, onWait, call),
    prepareRelease: (runFolder, runStep, call) =>
      prepareRelease(project, { clock, folders, signing, destination: path.join(runFolder, 'release') as LocalPath }, runStep, call),
    seal: async (runFolder, call) => {
      await sealRun({ folder: runFolder, key: await loadLabKey(folders.state, call), clock }, call);
    },
  };
}

/** What a configuration says that providers have to know. */
export const providerSettings = (root: LocalPath, { wine, guests }: Pick<LabConfig, 'wine' | 'guests'>): ProviderSettings => ({
  hosts: guests,
  ...(wine.powershell === undefined ? {} : { powershell: path.resolve(root, wine.powershell) as LocalPath }),
});

/** The configuration with what the command line says instead. */
export const withKeep = (config: LabConfig, keep: LabConfig['keep'] | undefined): LabConfig => (keep ? { ...config, keep } : config);
