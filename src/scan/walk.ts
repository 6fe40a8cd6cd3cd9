import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { ProgramError } from '../core/program-error.ts';
import { companionExtensions, videoExtensions } from './extensions.ts';

/** A file that the walk found: a video, or one that may belong to a video. */
export interface FoundFile {
  /** Below the folder that is scanned, `/` between parts. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** Something that could not be looked at; the walk goes on without it. */
export interface WalkProblem {
  readonly code: string;
  readonly message: string;
  readonly path: string;
}

/** One folder's worth of a walk. */
export interface FolderContent {
  readonly videos: readonly FoundFile[];
  /** Subtitles and other files that may belong to one of the videos. */
  readonly companions: readonly FoundFile[];
  /** Entries of the folder of any kind, folders included. */
  readonly entries: number;
  readonly problems: readonly WalkProblem[];
}

/** Asked of the file system at once. */
const LOOKS_AT_ONCE = 32;

/**
 * Walks a folder and all below it, one folder after another in the order of their names. Symbolic links and junctions are not followed, so that the walk
 * ends and stays inside. Throws a `ProgramError` when `root` itself cannot be read, and the signal's reason when it aborts.
 */
export async function* walk(root: string, signal: AbortSignal): AsyncGenerator<FolderContent> {
  await mustBeFolder(root);
  const waiting: string[] = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    signal.throwIfAborted();
    let entries: Dirent[];
    try {
      entries = await readdir(path.join(root, folder), { withFileTypes: true });
    } catch (error) {
      if (folder === '') throw new ProgramError('folder-unreadable', `The folder ${root} cannot be read`, error);
      yield {
        videos: [],
        companions: [],
        entries: 0,
        problems: [problem('folder-unreadable', 'The folder cannot be read', folder, error)],
      };
      continue;
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const below = (entry: Dirent): string => (folder === '' ? entry.name : `${folder}/${entry.name}`);
    waiting.push(
      ...entries
        .filter((entry) => entry.isDirectory())
        .map(below)
        .toReversed(),
    );
    const withEnding = (endings: ReadonlySet<string>): readonly string[] =>
      entries.filter((entry) => entry.isFile() && endings.has(path.extname(entry.name).toLowerCase())).map(below);
    const videos = await look(root, withEnding(videoExtensions));
    const companions = await look(root, withEnding(companionExtensions));
    yield {
      videos: videos.files,
      companions: companions.files,
      entries: entries.length,
      problems: [...videos.problems, ...companions.problems],
    };
  }
}

async function mustBeFolder(root: string): Promise<void> {
  try {
    const found = await lstat(root + path.sep);
    if (found.isDirectory()) return;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new ProgramError('folder-not-found', `There is no folder ${root}`, error);
    if (code !== 'ENOTDIR') throw new ProgramError('folder-unreadable', `The folder ${root} cannot be read`, error);
  }
  throw new ProgramError('not-a-folder', `${root} is not a folder`);
}

async function look(
  root: string,
  names: readonly string[],
): Promise<{ readonly files: readonly FoundFile[]; readonly problems: readonly WalkProblem[] }> {
  const files: FoundFile[] = [];
  const problems: WalkProblem[] = [];
  for (let start = 0; start < names.length; start += LOOKS_AT_ONCE) {
    const some = names.slice(start, start + LOOKS_AT_ONCE);
    const found = await Promise.allSettled(some.map((name) => lstat(path.join(root, name))));
    for (const [index, result] of found.entries()) {
      const name = some[index] as string;
      if (result.status === 'fulfilled') files.push({ path: name, sizeBytes: result.value.size });
      else problems.push(problem('file-unreadable', 'The file cannot be looked at', name, result.reason));
    }
  }
  return { files, problems };
}

const problem = (code: string, what: string, where: string, error: unknown): WalkProblem => ({
  code,
  message: `${what} (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
  path: where,
});
