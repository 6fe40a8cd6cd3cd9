import path from 'node:path';
import type { AnimeName } from '../contract/anime-name.ts';
import type { ProgramError } from '../core/program-error.ts';
import { isOutage } from '../tmdb/outage.ts';
import { withFolderYear } from './folder-year.ts';
import { readLibraryName } from './library-name.ts';
import type { MatchResult, Matcher } from './match-name.ts';

/** A file to be matched. */
export interface MatchableFile {
  /** Below the folder that is looked through, `/` between parts. */
  readonly path: string;
  readonly parsed: AnimeName | undefined;
}

/** What became of one file. */
export type FileMatch =
  /** TMDB, or the cache, was asked; `name` is what for: what the file's name and its folders tell. */
  | ({ readonly path: string; readonly name: AnimeName } & MatchResult)
  /** Its name gives no title to ask for. */
  | { readonly path: string; readonly verdict: 'not-understood' }
  /** TMDB could not be asked, or what it answered was of no use. */
  | { readonly path: string; readonly verdict: 'unanswered'; readonly problem: ProgramError };

/** Names that are asked for at once: more than the limiter lets through, so that it never has to wait for the next one. */
const AHEAD = 12;

/**
 * Matches files one after another in their order, though asking ahead. An outage makes a file `unanswered` and the rest goes on, since the cache may know
 * it; what would keep every file from being matched (a key that is refused, a cache that is none) is thrown, and so is the signal's reason. `folder` is
 * the absolute path of the folder that the files are below.
 */
export async function* matchFiles(
  files: readonly MatchableFile[],
  folder: string,
  matcher: Matcher,
  signal: AbortSignal,
): AsyncGenerator<FileMatch> {
  // What is under way ends with whoever does not want to know any more.
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const waiting: Promise<FileMatch>[] = [];
  let next = 0;
  try {
    while (next < files.length || waiting.length > 0) {
      for (; next < files.length && waiting.length < AHEAD; next += 1) {
        const file = files[next] as MatchableFile;
        const match = matchFile(file, path.join(folder, file.path), matcher, either);
        // It is looked at when its turn has come.
        match.catch(() => {});
        waiting.push(match);
      }
      yield await (waiting.shift() as Promise<FileMatch>);
    }
  } finally {
    over.abort();
    await Promise.allSettled(waiting);
  }
}

async function matchFile(file: MatchableFile, absolute: string, matcher: Matcher, signal: AbortSignal): Promise<FileMatch> {
  const name = readLibraryName(absolute) ?? (file.parsed && withFolderYear(file.parsed, absolute));
  if (name === undefined) return { path: file.path, verdict: 'not-understood' };
  try {
    return { path: file.path, name, ...(await matcher.match(name, signal)) };
  } catch (error) {
    signal.throwIfAborted();
    if (!isOutage(error)) throw error;
    return { path: file.path, verdict: 'unanswered', problem: error };
  }
}
