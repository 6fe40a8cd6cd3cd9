import { type Dirent, lstat as lookAt, readdir as list } from 'node:fs';
import { lstat } from 'node:fs/promises';
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

export interface WalkOptions {
  /** Whether files that may belong to a video are looked for; true when absent. */
  readonly companions?: boolean;
}

/** Files of a folder that the file system is asked about at once; more would only wait in a queue of Node's. */
const LOOKS_AT_ONCE = 64;
/** Folders that are read before it is their turn. Their entries are all that the walk keeps in memory beside the names of folders that still wait. */
const READ_AHEAD = 8;

type Listing = { readonly entries: Dirent[] } | { readonly error: unknown };

/**
 * Walks a folder and all below it, one folder after another in the order of their names: every folder comes before what is in it. Symbolic links and
 * junctions are not followed, so that the walk ends and stays inside. Throws a `ProgramError` when `root` itself cannot be read, and the signal's reason
 * when it aborts.
 */
export async function* walk(
  root: string,
  signal: AbortSignal,
  { companions: wanted = true }: WalkOptions = {},
): AsyncGenerator<FolderContent> {
  await mustBeFolder(root);
  const waiting: string[] = [''];
  const reading = new Map<string, Promise<Listing>>();
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    signal.throwIfAborted();
    const listing = await (reading.get(folder) ?? listed(root, folder));
    reading.delete(folder);
    if ('error' in listing) {
      if (folder === '') throw new ProgramError('folder-unreadable', `The folder ${root} cannot be read`, listing.error);
      const problems = [problem('folder-unreadable', 'The folder cannot be read', folder, listing.error)];
      yield { videos: [], companions: [], entries: 0, problems };
      continue;
    }
    const { folders, videos, companions } = sorted(listing.entries, wanted);
    const prefix = folder === '' ? '' : `${folder}/`;
    for (let at = folders.length - 1; at >= 0; at -= 1) waiting.push(prefix + (folders[at] as string));
    for (let at = waiting.length - 1; at >= 0 && reading.size < READ_AHEAD; at -= 1) {
      const next = waiting[at] as string;
      if (reading.has(next)) break;
      reading.set(next, listed(root, next));
    }
    const problems: WalkProblem[] = [];
    yield {
      videos: await look(root, prefix, videos, problems),
      companions: companions.length === 0 ? [] : await look(root, prefix, companions, problems),
      entries: listing.entries.length,
      problems,
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

/** Never rejects: a folder that is read ahead and never asked for must not end the process. */
const listed = (root: string, folder: string): Promise<Listing> =>
  new Promise((resolve) => {
    list(path.join(root, folder), { withFileTypes: true }, (error, entries) => resolve(error ? { error } : { entries }));
  });

/** The names of folders and of files that matter, each in order. */
function sorted(entries: readonly Dirent[], wanted: boolean): Record<'folders' | 'videos' | 'companions', readonly string[]> {
  const [folders, videos, companions]: [string[], string[], string[]] = [[], [], []];
  for (const entry of entries) {
    const { name } = entry;
    if (entry.isDirectory()) folders.push(name);
    else if (entry.isFile()) {
      const ending = endingOf(name);
      if (videoExtensions.has(ending)) videos.push(name);
      else if (wanted && companionExtensions.has(ending)) companions.push(name);
    }
  }
  return { folders: folders.toSorted(byCodeUnits), videos: videos.toSorted(byCodeUnits), companions: companions.toSorted(byCodeUnits) };
}

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : 1);

/** As `path.extname` has it, in lower case; a name that is nothing but an ending has none. */
function endingOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot).toLowerCase();
}

/** Asks for the sizes of files, so many at once, and gives them in the order of `names`. One that cannot be looked at becomes a problem. */
function look(root: string, prefix: string, names: readonly string[], problems: WalkProblem[]): Promise<readonly FoundFile[]> {
  if (names.length === 0) return Promise.resolve([]);
  // One promise for all of them and plain callbacks: a promise a file costs more than the question.
  return new Promise((resolve) => {
    const found: (FoundFile | undefined)[] = Array.from({ length: names.length });
    const failed: (WalkProblem | undefined)[] = [];
    let [next, open] = [0, names.length];
    const ask = (): void => {
      const at = next;
      next += 1;
      const where = prefix + (names[at] as string);
      lookAt(path.join(root, where), (error, stats) => {
        if (error) failed[at] = problem('file-unreadable', 'The file cannot be looked at', where, error);
        else found[at] = { path: where, sizeBytes: stats.size };
        open -= 1;
        if (next < names.length) ask();
        else if (open === 0) {
          problems.push(...failed.filter((one) => one !== undefined));
          resolve(failed.length === 0 ? (found as FoundFile[]) : found.filter((one) => one !== undefined));
        }
      });
    };
    for (let count = Math.min(LOOKS_AT_ONCE, names.length); count > 0; count -= 1) ask();
  });
}

const problem = (code: string, what: string, where: string, error: unknown): WalkProblem => ({
  code,
  message: `${what} (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
  path: where,
});
