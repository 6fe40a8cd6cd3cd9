import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { type ExecOptions, type ExecResult, exec } from '../../host/exec.ts';

/** A tag and the commit it leads to. */
export interface Tag {
  readonly name: string;
  readonly commit: string;
  /** Whether HEAD has it in its history. */
  readonly isMerged: boolean;
}

/** What release notes have to know of a repository before they read commits. */
export interface Repository {
  readonly folder: LocalPath;
  /** The commit that HEAD is at, on a branch or not. */
  readonly head: string;
  /** When it was committed: a day in UTC, `2026-11-21`. */
  readonly headDay: string;
  readonly tags: readonly Tag[];
  /** URL of the remote `origin`, as it is configured. */
  readonly remote?: string;
  /** Files that differ from HEAD or that git does not know. */
  readonly changedFiles: readonly string[];
}

/** Reads the repository a folder belongs to. `release-notes.no-history` without git, repository or commit; a shallow clone is refused. */
export async function readRepository(folder: LocalPath, call: Call): Promise<Repository> {
  const shallow = await git(folder, ['rev-parse', '--is-shallow-repository'], call);
  if (shallow.exitCode !== 0) throw noHistory(reasonOf(shallow));
  if (shallow.stdout.trim() !== 'false') throw LabError.of('release-notes.shallow-clone', {});
  const head = await git(folder, ['show', '--no-patch', '--no-show-signature', '--no-color', '--format=%H %ct', 'HEAD', '--'], call);
  if (head.exitCode !== 0) throw noHistory('the repository has no commit');
  const [hash = '', seconds = ''] = head.stdout.trim().split(' ');
  const merged = new Set(lines(await git(folder, ['for-each-ref', '--merged', hash, '--format=%(refname:strip=2)', 'refs/tags'], call)));
  const tags = lines(
    await git(folder, ['for-each-ref', '--format=%(objectname) %(*objectname) %(refname:strip=2)', 'refs/tags'], call),
  ).map((line): Tag => {
    // A tag that is an object of its own has the commit in the second place.
    const [object = '', commit = '', name = ''] = line.split(' ');
    return { name, commit: commit === '' ? object : commit, isMerged: merged.has(name) };
  });
  const remote = (await git(folder, ['config', '--get', 'remote.origin.url'], call)).stdout.trim();
  const status = await git(folder, ['status', '--porcelain', '-z', '--no-renames', '--', '.'], call);
  return {
    folder,
    head: hash,
    headDay: new Date(Number(seconds) * 1000).toISOString().slice(0, 10),
    tags,
    ...(remote === '' ? {} : { remote }),
    // ` M src/a.ts`
    changedFiles: status.stdout.split('\0').flatMap((entry) => (entry.length > 3 ? [entry.slice(3)] : [])),
  };
}

/** The commit that a tag, a branch or a hash names; it must be in the history of HEAD. `release-notes.unknown-revision` otherwise. */
export async function resolveRevision({ folder, head }: Repository, revision: string, call: Call): Promise<string> {
  const found = await git(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], call);
  const commit = found.stdout.trim();
  const isOlder =
    found.exitCode === 0 && (await git(folder, ['merge-base', '--is-ancestor', '--end-of-options', commit, head], call)).exitCode === 0;
  if (!isOlder) throw LabError.of('release-notes.unknown-revision', { revision });
  return commit;
}

/** Runs git on a repository in English. Only a missing git throws. */
export async function git(folder: LocalPath, args: readonly string[], call: Call, options: ExecOptions = {}): Promise<ExecResult> {
  try {
    // Replaced objects are this clone's alone, and notes should not differ between clones.
    const result = await exec('git', ['--no-replace-objects', ...args], call, { ...options, cwd: folder, env: { LC_ALL: 'C' } });
    call.signal.throwIfAborted();
    return result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw noHistory('there is no git on this machine');
    throw error;
  }
}

export const noHistory = (reason: string): LabError => LabError.of('release-notes.no-history', { reason });

/** What git said of a failure, in one line. */
export const reasonOf = ({ stderr }: ExecResult): string =>
  (stderr.trim().split('\n')[0] ?? '').replace(/^fatal: /, '').slice(0, 200) || 'git failed';

const lines = ({ stdout }: ExecResult): readonly string[] => stdout.split('\n').filter((line) => line !== '');
