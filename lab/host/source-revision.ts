import type { Call } from '../core/call.ts';
import type { LocalPath } from '../core/ids.ts';
import { exec } from './exec.ts';

/**
 * The commit a folder's sources are at: the full hash, with `+changes` when files git tracks differ from it or untracked ones could be built in;
 * `unknown` outside a repository, without git, or before the first commit.
 */
export async function sourceRevision(folder: LocalPath, call: Call): Promise<string> {
  try {
    const head = await exec('git', ['rev-parse', 'HEAD'], call, { cwd: folder });
    if (head.exitCode !== 0) return 'unknown';
    const status = await exec('git', ['status', '--porcelain', '--', '.'], call, { cwd: folder });
    return head.stdout.trim() + (status.exitCode === 0 && status.stdout.trim() === '' ? '' : '+changes');
  } catch (error) {
    if (call.signal.aborted) throw error;
    return 'unknown';
  }
}

/**
 * When the commit of a {@link sourceRevision} was made, as an ISO 8601 instant in UTC. `undefined` where there is no commit that the sources are of:
 * changes have no time of their own that would be the same wherever they are built.
 */
export async function revisionTime(folder: LocalPath, revision: string, call: Call): Promise<string | undefined> {
  // 1f0e…, not 1f0e…+changes, not unknown
  if (!/^[0-9a-f]{40,64}$/.test(revision)) return undefined;
  const shown = await exec('git', ['show', '--no-patch', '--format=%cI', revision], call, { cwd: folder });
  const time = new Date(shown.stdout.trim());
  return shown.exitCode === 0 && !Number.isNaN(time.getTime()) ? time.toISOString() : undefined;
}
