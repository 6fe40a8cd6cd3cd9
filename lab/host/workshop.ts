import { mkdtemp, readdir, rm, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { LocalPath } from '../core/ids.ts';
import { exists, writeError } from './files.ts';

const FOLDER = 'workshops';
// 4711-Ab3xYz
const NAME = /^(\d+)-\w+$/;

/** A folder to make large things in. Disposing removes it; what a killed process left is found by {@link cleanWorkshops}. */
export interface Workshop extends AsyncDisposable {
  readonly folder: LocalPath;
}

export async function makeWorkshop(cache: LocalPath): Promise<Workshop> {
  const parent = path.join(cache, FOLDER);
  try {
    await mkdir(parent, { recursive: true });
    const folder = (await mkdtemp(path.join(parent, `${process.pid}-`))) as LocalPath;
    return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  } catch (error) {
    throw writeError(error, parent);
  }
}

/** Removes the workshops of processes that are no more. Returns a line for each. */
export async function cleanWorkshops(cache: LocalPath): Promise<readonly string[]> {
  const parent = path.join(cache, FOLDER);
  const removed: string[] = [];
  for (const name of await readdir(parent).catch((): string[] => [])) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || (await exists(`/proc/${pid}`))) continue;
    await rm(path.join(parent, name), { recursive: true, force: true });
    removed.push(`removed what process ${pid} was building in ${path.join(parent, name)}`);
  }
  return removed;
}
