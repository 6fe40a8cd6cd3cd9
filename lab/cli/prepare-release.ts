import path from 'node:path';
import type { Bundle } from '../core/bundle.ts';
import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import type { LocalPath } from '../core/ids.ts';
import type { ServiceProgram } from '../core/stand-in.ts';
import type { ScanResult, ScanSubject, Scanner } from '../core/scan.ts';
import type { Progress } from '../engine/run-step.ts';
import type { PreparedRelease, RunReleaseStep } from '../flow-parts.ts';
import type { Folders } from '../host/folders.ts';
import { revisionTime, sourceRevision } from '../host/source-revision.ts';
import { windowsBun } from '../host/windows-bun.ts';
import { labCodeDigest } from '../host/code-digest.ts';
import { windowsNode } from '../host/windows-node.ts';
import { type Workshop, makeWorkshop } from '../host/workshop.ts';
import { buildExecutable } from '../steps/build/build-executable.ts';
import type { BuiltExecutable } from '../steps/build/built-executable.ts';
import { makeBundle } from '../steps/bundle/make-bundle.ts';
import { runScans } from '../steps/scan/run-scans.ts';
import { scanners } from '../steps/scan/scanners.ts';
import { keepRelease } from './keep-release.ts';
import { labVersion } from './package-version.ts';
import type { Project } from './project.ts';
import { type SigningParts, signRelease } from './sign-release.ts';

/** One for each core that is left beside a guest. */
const PARALLEL_SCANS = 2;

/** What a release is made and looked at with. */
export interface ReleaseParts {
  readonly clock: Clock;
  readonly folders: Folders;
  readonly signing: SigningParts;
  /** Where zip, manifest and provenance end up; absent: nothing outlives the release. */
  readonly destination?: LocalPath;
  /** Makes a `.tar.gz` too. */
  readonly tarball?: boolean;
  /** Takes nothing that was made of the same things before: neither executable nor archives nor what scanners said. */
  readonly anew?: boolean;
  /** What the sources are of, where the folder does not say so itself. */
  readonly source?: Source;
}

/** A commit, and when it was made. */
export interface Source {
  readonly commit: string;
  readonly commitTime?: string;
}

/** What the sources in a folder are of. */
export async function sourceOf(folder: LocalPath, call: Call): Promise<Source> {
  const commit = await sourceRevision(folder, call);
  const commitTime = await revisionTime(folder, commit, call);
  return { commit, ...(commitTime === undefined ? {} : { commitTime }) };
}

/** A release with the bundle it is the zip of, and the executable in it. */
export interface ReleaseAtHand extends PreparedRelease {
  readonly release: Bundle;
  readonly built: BuiltExecutable;
}

/** Source → executable, signed where the configuration says so → verified bundle → signed provenance. What is not kept lies in the cache until the release is disposed of. */
export async function prepareRelease(project: Project, parts: ReleaseParts, runStep: RunReleaseStep, call: Call): Promise<ReleaseAtHand> {
  await using onTheWay = new AsyncDisposableStack();
  const workshop = onTheWay.use(await makeWorkshop(parts.folders.cache));
  const source = parts.source ?? (await sourceOf(project.root, call));
  const unsigned = await build(project, parts, workshop, source, runStep);
  const built = await signRelease(project, parts, workshop.folder, unsigned, runStep);
  const made = await bundle(project, parts, workshop, source, built, runStep);
  const release =
    parts.destination === undefined
      ? made
      : await keepRelease({ project, state: parts.folders.state, destination: parts.destination, made, built }, call);
  const held = onTheWay.move();
  const prepared: ReleaseAtHand = {
    release,
    built,
    scan: (onResult, scanning, progress) => scanRelease(prepared, scanners, project, parts, onResult, progress, scanning),
    testService: () => testService(project, parts.folders, workshop.folder),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
  return prepared;
}

/** The stand-in for what the program talks to, bundled. */
async function testService({ root, config }: Project, folders: Folders, into: LocalPath): Promise<ServiceProgram | undefined> {
  const { testService: service } = config.product;
  if (service === undefined) return undefined;
  const { name, entry, environment, key } = service;
  // What bundles is large, and most commands that make a release start no guest.
  const { bundleService } = await import('../steps/build/bundle-stand-in.ts');
  return {
    name,
    environment,
    key,
    script: await bundleService(root, entry, into),
    node: async (call) => (await windowsNode({ folders, projectRoot: root, onProgress: () => {} }, call)).executable,
  };
}

/** Has scanners look at a release; `onResult` gets all answers once the last is there, in the order of the list. */
export async function scanRelease(
  { release, built }: ReleaseAtHand,
  chosen: readonly Scanner[],
  project: Project,
  { clock, folders, anew = false }: ReleaseParts,
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
    signed: built.signature !== undefined,
    config: project.config,
    folders,
    labVersion: await labVersion(),
    today: clock.now().slice(0, 10),
  };
  const options = {
    clock,
    limitMs: project.config.timeouts.scanSeconds * 1000,
    parallel: PARALLEL_SCANS,
    ...(anew ? {} : { reuse: { folders, clock, code: await labCodeDigest(call) } }),
    onProgress: (what: string, done: number, total: number): void => progress(what, { done, total, unit: 'steps' }),
  };
  for (const result of await runScans(chosen, subject, options, call)) onResult(result);
}

function build(
  project: Project,
  { folders, anew = false }: ReleaseParts,
  workshop: Workshop,
  source: Source,
  runStep: RunReleaseStep,
): Promise<BuiltExecutable> {
  const { root: projectRoot, config, version } = project;
  return runStep(
    'build',
    async (timed, progress, warn) => {
      const runtimes = { folders, projectRoot, onProgress: ({ what }: { readonly what: string }) => progress(what) };
      const node = await windowsNode(runtimes, timed);
      return await buildExecutable(
        {
          projectRoot,
          product: config.product,
          version,
          ...source,
          windowsNode: node,
          windowsBun: (fetching) => windowsBun(runtimes, fetching),
          ...(anew ? {} : { reuse: folders }),
          onWarning: warn,
          outputDirectory: path.join(workshop.folder, 'build') as LocalPath,
          onProgress: (what) => progress(what),
        },
        timed,
      );
    },
    ({ fileName, sizeBytes, sha256, packager, components }) => [
      { label: 'executable', value: fileName, note: `${(sizeBytes / 2 ** 20).toFixed(1)} MiB, SHA-256 ${sha256}` },
      { label: 'packager', value: packager.name, note: `${packager.runtime}; ${packager.reason}` },
      ...packager.limits.map((limit) => ({ label: `limit of ${packager.name}`, value: limit })),
      { label: 'components', value: String(components.length) },
    ],
  );
}

function bundle(
  project: Project,
  { folders, tarball = false, anew = false }: ReleaseParts,
  workshop: Workshop,
  source: Source,
  built: BuiltExecutable,
  runStep: RunReleaseStep,
): Promise<Bundle> {
  const { root: projectRoot, config, version } = project;
  return runStep(
    'bundle',
    async (timed, progress) =>
      makeBundle(
        {
          projectRoot,
          product: config.product,
          version,
          ...source,
          built,
          tarball,
          ...(anew ? {} : { reuse: { folders, code: await labCodeDigest(timed) } }),
          outputDirectory: path.join(workshop.folder, 'bundle') as LocalPath,
          onProgress: (what) => progress(what),
        },
        timed,
      ),
    ({ archive, manifest }) => [
      { label: 'bundle', value: archive.fileName, note: `${(archive.sizeBytes / 2 ** 20).toFixed(1)} MiB, SHA-256 ${archive.sha256}` },
      { label: 'files', value: String(manifest.files.length), note: `digest ${manifest.digest}` },
    ],
  );
}
