import path from 'node:path';
import type { Call } from '../core/call.ts';
import { LabError } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import { sha256Of } from '../host/hash.ts';
import { digestPlainFile, readPlainFile } from '../host/plain-file.ts';
import { listTree } from '../host/tree.ts';
import { type RunProblem, runProblem } from './run-problem.ts';

/** The files of a run that are read as well as hashed; the digest is of the very bytes that are read. */
export const readFiles = ['plan.json', 'events.ndjson', 'record.json', 'seal.json'] as const;
export type ReadFile = (typeof readFiles)[number];

/** Files that a seal does not cover: itself. */
export const unsealed: ReadonlySet<string> = new Set<ReadFile>(['seal.json']);

/** What lies in a run folder. */
export interface RunFiles {
  readonly folder: string;
  /** SHA-256 of every plain file, by its path with `/`. */
  readonly digests: ReadonlyMap<string, Sha256>;
  /** Bytes of those of {@link readFiles} that are there. */
  readonly contents: ReadonlyMap<ReadFile, Buffer>;
  /** Links, pipes and files that cannot be read. */
  readonly problems: readonly RunProblem[];
}

const MOST_FILES = 100_000;
/** Largest file that is held in memory; a journal of a million lines fits. */
const MOST_BYTES = 512 << 20;

/**
 * Reads a run folder: `all` of it, or only the `texts` that are read as well as hashed. Links are not followed.
 * Throws when the folder itself cannot be read or the call is aborted.
 */
export async function collectRunFiles(folder: string, wanted: 'all' | 'texts', call: Call): Promise<RunFiles> {
  const digests = new Map<string, Sha256>();
  const contents = new Map<ReadFile, Buffer>();
  const problems: RunProblem[] = [];
  for (const entry of await listTree(folder, MOST_FILES, call.signal)) {
    call.signal.throwIfAborted();
    const name = readFiles.find((candidate) => candidate === entry.path);
    if (entry.kind === 'directory' || (wanted === 'texts' && name === undefined)) continue;
    if (entry.kind !== 'file') {
      problems.push(runProblem('file-not-plain', entry.path, entry.kind === 'link' ? 'link' : 'special file'));
      continue;
    }
    try {
      if (name === undefined) {
        digests.set(entry.path, (await digestPlainFile(path.join(folder, entry.path), call.signal)).sha256);
      } else {
        const bytes = await readPlainFile(path.join(folder, name), MOST_BYTES);
        contents.set(name, bytes);
        digests.set(name, sha256Of(bytes));
      }
    } catch (error) {
      if (!(error instanceof LabError) || call.signal.aborted) throw error;
      problems.push(runProblem('file-unreadable', entry.path, error.message));
    }
  }
  return { folder, digests, contents, problems };
}
