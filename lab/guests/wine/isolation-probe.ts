import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { Folders } from '../../host/folders.ts';
import { exec } from '../../host/exec.ts';
import { removeFolder } from './remove-folder.ts';
import { type PrefixMount, sandboxed } from './sandbox.ts';
import type { WineRoot } from './wine-root.ts';

/** What this host allows a guest to be walled off with. */
export type IsolationSupport =
  /** Namespaces, and an overlay that keeps its changes on the disk or in memory. */
  | { readonly kind: 'namespaces'; readonly overlay: 'disk' | 'memory' }
  /** Nothing; `reason` is what the host said. */
  | { readonly kind: 'none'; readonly reason: string };

/** Finds out by trying: makes a sandbox like a guest's and reads a file through its overlay. Takes some 50 ms, leaves nothing. */
export async function probeIsolation(root: WineRoot, folders: Folders, call: Call): Promise<IsolationSupport> {
  await mkdir(path.join(folders.cache, 'guests'), { recursive: true });
  const folder = await mkdtemp(path.join(folders.cache, 'guests', '.probe-'));
  const inside = (name: string): string => path.join(folder, name);
  try {
    for (const name of ['layer/drive_c/users/guest', 'upper', 'work', 'tmp']) await mkdir(inside(name), { recursive: true });
    await writeFile(inside('layer/drive_c/users/guest/proof.txt'), 'overlay works');
    const attempt = async (prefix: PrefixMount): Promise<string | undefined> => {
      const { program, args, cwd } = sandboxed({ root, prefix, temporary: inside('tmp'), hostName: 'PROBE', drive: {}, env: {} }, [
        '/usr/bin/dash',
        '-c',
        'echo more > new.txt && cat proof.txt',
      ]);
      const result = await exec(program, args, call, { cwd });
      call.signal.throwIfAborted();
      return result.stdout === 'overlay works' ? undefined : result.stderr.trim().slice(0, 300) || `exit code ${result.exitCode}`;
    };
    const onDisk = await attempt({ kind: 'overlay', layers: [inside('layer')], upper: inside('upper'), work: inside('work') });
    if (onDisk === undefined) return { kind: 'namespaces', overlay: 'disk' };
    const inMemory = await attempt({ kind: 'memory-overlay', layers: [inside('layer')] });
    return inMemory === undefined ? { kind: 'namespaces', overlay: 'memory' } : { kind: 'none', reason: onDisk };
  } finally {
    await removeFolder(folder).catch(() => {});
  }
}
