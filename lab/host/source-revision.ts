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
