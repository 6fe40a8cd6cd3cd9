import path from 'node:path';
import { checks } from '../checks/index.ts';
import type { Release } from '../core/bundle.ts';
import type { Call } from '../core/call.ts';
import type { LabConfig } from '../core/config.ts';
import type { GuestSpec, Provider } from '../core/guest.ts';
import type { LocalPath } from '../core/ids.ts';
import type { Reporter } from '../core/reporter.ts';
import { Masker } from '../core/secret.ts';
import type { FlowParts, RunReleaseStep } from '../flow-parts.ts';
import { providers } from '../guests/index.ts';
import { systemClock } from '../host/clock.ts';
import { createAppendFile, moveFile, writeFileAtomic } from '../host/files.ts';
import { type Folders, foldersIn } from '../host/folders.ts';
import { sha256Of } from '../host/hash.ts';
import { hostFacts } from '../host/host-facts.ts';
import { takeLock } from '../host/lock.ts';
import { sourceRevision } from '../host/source-revision.ts';
import { windowsNode } from '../host/windows-node.ts';
import { makeWorkshop } from '../host/workshop.ts';
import { buildExecutable } from '../steps/build/build-executable.ts';
import { makeBundle } from '../steps/bundle/make-bundle.ts';
import { toolkitFor } from '../toolkit/index.ts';
import { transports } from '../transports/index.ts';
import { loadLabKey } from '../trust/keys.ts';
import { sealRun } from '../trust/seal.ts';
import type { CliContext } from './cli-context.ts';
import type { Project } from './project.ts';

/** The implementations that every command works with. Made once a process; this file is the only place that picks them. */
export interface Wiring {
  readonly folders: Folders;
  readonly clock: typeof systemClock;
  readonly masker: Masker;
  readonly transport: FlowParts['transport'];
  readonly toolkitFor: typeof toolkitFor;
  readonly providerOf: (spec: Pick<GuestSpec, 'provider'>) => Provider;
}

export function wire(projectRoot: LocalPath, context: CliContext): Wiring {
  const folders = foldersIn(context.environment);
  const clock = systemClock;
  const masker = new Masker();
  const made = new Map<GuestSpec['provider'], Provider>();
  // `none` is for hosts that allow namespaces and for trying what happens where they are refused.
  const isolation = context.environment['LAB_ISOLATION'] === 'none' ? 'none' : 'auto';
  return {
    folders,
    clock,
    masker,
    transport: transports(clock),
    toolkitFor,
    providerOf: ({ provider }) => {
      const known = made.get(provider);
      if (known) return known;
      const fresh = providers[provider]({ folders, projectRoot, clock, masker, isolation });
      made.set(provider, fresh);
      return fresh;
    },
  };
}

/** The parts of a run: `reporters` and `holdGuests` are the command's, the rest is the same for everybody. */
export async function flowParts(
  project: Project,
  wiring: Wiring,
  own: { readonly reporters: readonly Reporter[]; readonly holdGuests: FlowParts['holdGuests'] },
): Promise<FlowParts> {
  const { clock, masker, folders } = wiring;
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
    alone: (purpose, call) => takeLock('host-lane', purpose, () => {}, call),
    prepareRelease: (runFolder, runStep, call) =>
      prepareRelease(project, folders, path.join(runFolder, 'release') as LocalPath, runStep, call),
    seal: async (runFolder, call) => {
      await sealRun({ folder: runFolder, key: await loadLabKey(folders.state, call), clock }, call);
    },
  };
}

/**
 * Source → executable → verified bundle. What is made on the way lies in the cache and is gone afterwards; the zip and its manifest end up in
 * `destination`.
 */
export async function prepareRelease(
  project: Project,
  folders: Folders,
  destination: LocalPath,
  runStep: RunReleaseStep,
  call: Call,
): Promise<Release> {
  const { root: projectRoot, config, version } = project;
  const commit = await sourceRevision(projectRoot, call);
  await using workshop = await makeWorkshop(folders.cache);
  const built = await runStep(
    'build',
    async (timed, progress) => {
      const node = await windowsNode({ folders, projectRoot, onProgress: ({ what }) => progress(what) }, timed);
      return await buildExecutable(
        {
          projectRoot,
          product: config.product,
          version,
          commit,
          windowsNode: node,
          reuse: folders,
          outputDirectory: path.join(workshop.folder, 'build') as LocalPath,
          onProgress: (what) => progress(what),
        },
        timed,
      );
    },
    ({ fileName, sizeBytes, sha256, packager, components }) => [
      { label: 'executable', value: fileName, note: `${(sizeBytes / 2 ** 20).toFixed(1)} MiB, SHA-256 ${sha256}` },
      { label: 'packager', value: packager.name, note: packager.runtime },
      { label: 'components', value: String(components.length) },
    ],
  );
  const { manifest, archive } = await runStep(
    'bundle',
    (timed, progress) =>
      makeBundle(
        {
          projectRoot,
          product: config.product,
          version,
          commit,
          built,
          outputDirectory: path.join(workshop.folder, 'bundle') as LocalPath,
          onProgress: (what) => progress(what),
        },
        timed,
      ),
    (bundle) => [
      {
        label: 'bundle',
        value: bundle.archive.fileName,
        note: `${(bundle.archive.sizeBytes / 2 ** 20).toFixed(1)} MiB, SHA-256 ${bundle.archive.sha256}`,
      },
      { label: 'files', value: String(bundle.manifest.files.length), note: `digest ${bundle.manifest.digest}` },
    ],
  );
  const kept = path.join(destination, archive.fileName) as LocalPath;
  await moveFile(archive.path, kept);
  await writeFileAtomic(path.join(destination, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return { manifest, archive: { ...archive, path: kept } };
}

/** The configuration with what the command line says instead. */
export const withKeep = (config: LabConfig, keep: LabConfig['keep'] | undefined): LabConfig => (keep ? { ...config, keep } : config);
