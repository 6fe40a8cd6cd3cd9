import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { LocalPath } from '../core/ids.ts';
import { removeTree, writeError } from './files.ts';

/** A fresh folder for things of a moment, where the system has such. Disposing removes it. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly folder: LocalPath }> {
  const parent = os.tmpdir();
  try {
    const folder = (await mkdtemp(path.join(parent, 'anivault-lab-'))) as LocalPath;
    return { folder, [Symbol.asyncDispose]: () => removeTree(folder) };
  } catch (error) {
    throw writeError(error, parent);
  }
}
