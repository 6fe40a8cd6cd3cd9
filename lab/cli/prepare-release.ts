import path from 'node:path';
import type { Bundle } from '../core/bundle.ts';
import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import type { LocalPath } from '../core/ids.ts';
import type { ScanResult, ScanSubject, Scanner } from '../core/scan.ts';
import type { Progress } from '../engine/run-step.ts';
import type { PreparedRelease, RunReleaseStep } from '../flow-parts.ts';
import { moveFile, writeFileAtomic } from '../host/files.ts';
import type { Folders } from '../host/folders.ts';
import { sourceRevision } from '../host/source-revision.ts';
import { windowsNode } from '../host/windows-node.ts';
import { type Workshop, makeWorkshop } from '../host/workshop.ts';
import { buildExecutable } from '../steps/build/build-executable.ts';
import { makeBundle } from '../steps/bundle/make-bundle.ts';
import { runScans } from '../steps/scan/run-scans.ts';
import { scanners } from '../steps/scan/scanners.ts';
import { type Project, labVersion } from './project.ts';

/** One for each core that is left beside a guest. */
const PARALLEL_SCANS = 2;

/** What a release is made and looked at with. */
export interface ReleaseParts {
  readonly clock: Clock;
  readonly folders: Folders;
}

/** A release with the bundle it is the zip of. */
export interface ReleaseAtHand extends PreparedRelease {
  readonly release: Bundle;
}

/**
 * Source → executable → verified bundle. The zip and its manifest end up in `destination`, where one is given; all else lies in the cache until the
 * release is disposed of.
 */
export async function prepareRelease(
  project: Project,
  parts: ReleaseParts,
  destination: LocalPath | undefined,
  runStep: RunReleaseStep,
  call: Call,
): Promise<ReleaseAtHand> {
  await using onTheWay = new AsyncDisposableStack();
  const workshop = onTheWay.use(await makeWorkshop(parts.folders.cache));
  const release = await makeRelease(project, parts.folders, workshop, destination, runStep, call);
  const held = onTheWay.move();
  const prepared: ReleaseAtHand = {
    release,
    scan: (onResult, scanning, progress) => scanRelease(prepared, scanners, project, parts, onResult, progress, scanning),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
  return prepared;
}

/** Has scanners look at a release; `onResult` gets all answers once the last is there, in the order of the list. */
export async function scanRelease(
  { release }: ReleaseAtHand,
  chosen: readonly Scanner[],
  project: Project,
  { clock, folders }: ReleaseParts,
  onResult: (result: ScanResult) => void,
  progress: Progress,
  call: Call,
): Promise<void> {
  const { manifest, directory } = release;
  const subject: ScanSubject = {
    projectRoot: project.root,
    bundle: directory,
    manifest,
    executable: path.join(directory, manifest.product.executable) as LocalPath,
    signed: false,
    config: project.config,
    folders,
    labVersion: await labVersion(),
    today: clock.now().slice(0, 10),
  };
  const options = {
    clock,
    limitMs: project.config.timeouts.scanSeconds * 1000,
    parallel: PARALLEL_SCANS,
    onProgress: (what: string, done: number, total: number): void => progress(what, { done, total, unit: 'steps' }),
  };
  for (const result of await runScans(chosen, subject, options, call)) onResult(result);
}

async function makeRelease(
  project: Project,
  folders: Folders,
  workshop: Workshop,
  destination: LocalPath | undefined,
  runStep: RunReleaseStep,
  call: Call,
): Promise<Bundle> {
  const { root: projectRoot, config, version } = project;
  const commit = await sourceRevision(projectRoot, call);
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
  const bundle = await runStep(
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
    (made) => [
      {
        label: 'bundle',
        value: made.archive.fileName,
        note: `${(made.archive.sizeBytes / 2 ** 20).toFixed(1)} MiB, SHA-256 ${made.archive.sha256}`,
      },
      { label: 'files', value: String(made.manifest.files.length), note: `digest ${made.manifest.digest}` },
    ],
  );
  if (destination === undefined) return bundle;
  const { manifest, archive } = bundle;
  const kept = path.join(destination, archive.fileName) as LocalPath;
  await moveFile(archive.path, kept);
  await writeFileAtomic(path.join(destination, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return { ...bundle, archive: { ...archive, path: kept } };
}
