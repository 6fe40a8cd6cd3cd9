import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../core/call.ts';
import { LabError } from '../core/error.ts';
import type { LocalPath } from '../core/ids.ts';
import { exec } from './exec.ts';

/**
 * Takes one file out of a `.tar.gz` and puts it into `into` under the last part of its name. Throws `file.disk-full` and `host.unpack-failed`, also when
 * the archive has no such file.
 */
export async function unpackMember(archive: LocalPath, member: string, into: LocalPath, call: Call): Promise<void> {
  const unpacked = path.join(into, 'unpacked');
  await mkdir(unpacked);
  const args = ['-xzf', archive, '-C', unpacked, '--no-same-owner', member];
  const result = await exec('tar', args, call).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const file = path.basename(archive);
    throw LabError.of('host.unpack-failed', { file, reason: 'there is no tar on this machine' }, { cause: error });
  });
  call.signal.throwIfAborted();
  if (result.exitCode !== 0) {
    if (result.stderr.includes('No space left')) throw LabError.of('file.disk-full', { path: into });
    throw LabError.of('host.unpack-failed', { file: path.basename(archive), reason: result.stderr.trim().slice(0, 500) });
  }
  await rename(path.join(unpacked, member), path.join(into, path.basename(member)));
  await rm(unpacked, { recursive: true });
}
