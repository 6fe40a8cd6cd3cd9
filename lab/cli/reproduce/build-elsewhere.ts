import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { LabConfig } from '../../core/config.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { copyProject } from '../../host/copy-project.ts';
import { exec } from '../../host/exec.ts';
import type { Folders } from '../../host/folders.ts';
import type { Source } from '../prepare-release.ts';
import type { Project } from '../project.ts';

/** A place to build in that is unlike another in everything that must not matter. */
export interface Elsewhere {
  /** Relative to the folder for all of it. */
  readonly folder: string;
  readonly umask: string;
  /** Beside a home and a folder for temporary files of its own. */
  readonly env: Readonly<Record<string, string>>;
}

/** Two places: how deep, how named, in which time zone, language and with which rights for new files. */
export const twoPlaces: readonly [Elsewhere, Elsewhere] = [
  { folder: 'a', umask: '022', env: { TZ: 'UTC', LC_ALL: 'C', LANG: 'C' } },
  {
    folder: 'another place/with spaces/and deeper',
    umask: '077',
    env: { TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
  },
];

/** What is built. */
export interface ElsewhereRequest {
  readonly project: Project;
  readonly source: Source;
  readonly folders: Folders;
  readonly packager?: LabConfig['product']['packager'];
  /** Everything of all places is written below it. */
  readonly workFolder: LocalPath;
  readonly onProgress: (what: string) => void;
}

const MAIN = path.resolve(import.meta.dirname, '../../main.ts');

/**
 * Builds and bundles a copy of the project in a place of its own, in a process of its own, with no executable from the cache. Gives the folder with the
 * archives. Throws `reproduce.failed` with what the lab says there.
 */
export async function buildElsewhere(place: Elsewhere, request: ElsewhereRequest, call: Call): Promise<LocalPath> {
  const { project, source, folders, packager, onProgress } = request;
  const folder = path.join(request.workFolder, place.folder) as LocalPath;
  const root = path.join(folder, 'project') as LocalPath;
  const output = path.join(folder, 'release') as LocalPath;
  await copyProject(project.root, root, call);
  const config = path.join(root, path.relative(project.root, project.configFile));
  const args = ['bundle', '--config', config, '--output', output, '--anew', '--commit', source.commit];
  if (source.commitTime !== undefined) args.push('--commit-time', source.commitTime);
  if (packager !== undefined) args.push('--packager', packager);
  const result = await exec(
    '/bin/sh',
    ['-c', 'umask "$0" && exec "$@"', place.umask, process.execPath, '--no-warnings', MAIN, ...args],
    call,
    {
      cwd: root,
      // The cache holds the runtimes; no executable is taken from it.
      env: { ...place.env, HOME: folder, TMPDIR: folder, LAB_CACHE_DIR: folders.cache, LAB_STATE_DIR: folders.state, NO_COLOR: '1' },
      onLine: (line) => onProgress(`${place.folder}: ${line.trim()}`),
    },
  );
  call.signal.throwIfAborted();
  if (result.exitCode !== 0) throw LabError.of('reproduce.failed', { folder: place.folder, reason: result.stderr.trim().slice(-1000) });
  return output;
}
