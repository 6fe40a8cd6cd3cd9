import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { LabConfig } from '../core/config.ts';
import { LabError } from '../core/error.ts';
import { type LocalPath, type RunId, isRunId, runId } from '../core/ids.ts';
import { loadConfig } from '../config/load-config.ts';
import { foldersBelow, readTextIfThere } from '../host/files.ts';
import type { CliContext } from './cli-context.ts';
import { packageVersion } from './package-version.ts';

/** The project the lab works on: the folder of its configuration. */
export interface Project {
  readonly root: LocalPath;
  readonly config: LabConfig;
  readonly configFile: LocalPath;
  /** Version of the product, from `package.json` beside the configuration. */
  readonly version: string;
  readonly reports: LocalPath;
}

/** Options of every command that works on a project. */
export interface ProjectOptions {
  readonly config?: string;
  readonly reports?: string;
}

export async function openProject(options: ProjectOptions, context: CliContext): Promise<Project> {
  const file = path.resolve(context.cwd, options.config ?? 'lab.config.json');
  const config = await loadConfig(file);
  const root = path.dirname(file) as LocalPath;
  return { root, config, configFile: file as LocalPath, version: await packageVersion(root), reports: reportsFolder(options, context) };
}

export const reportsFolder = (options: ProjectOptions, context: CliContext): LocalPath =>
  path.resolve(
    context.cwd,
    options.reports ?? (options.config ? path.join(path.dirname(options.config), 'reports') : 'reports'),
  ) as LocalPath;

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

export function newRunId(clock: Clock): RunId {
  // 2026-11-21T14:33:05.123Z → 20261121T143305Z
  const stamp = clock.now().replace(/[-:]|\.\d+/g, '');
  const random = [...randomBytes(6)].map((byte) => BASE32[byte & 31]).join('');
  return runId(`${stamp}-${random}`);
}

/** The runs in a reports folder, oldest first. */
export const runsIn = async (reports: LocalPath): Promise<readonly RunId[]> => (await foldersBelow(reports)).filter(isRunId);

/** Finds a run by its id, by the beginning or end of it if that is clear, by `latest`, or by a path to its folder. */
export async function findRun(wanted: string, reports: LocalPath, cwd: string): Promise<LocalPath> {
  const runs = await runsIn(reports);
  if (wanted === 'latest' && runs.length > 0) return path.join(reports, runs.at(-1) as string) as LocalPath;
  const matching = runs.filter((run) => run === wanted || (wanted.length >= 4 && (run.startsWith(wanted) || run.endsWith(wanted))));
  if (matching.length === 1) return path.join(reports, matching[0] as string) as LocalPath;
  const asPath = path.resolve(cwd, wanted);
  if ((await readTextIfThere(path.join(asPath, 'events.ndjson')).catch(() => undefined)) !== undefined) return asPath as LocalPath;
  throw LabError.of('usage.unknown-run', { run: wanted, folder: reports });
}
