import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { LocalPath } from '../core/ids.ts';
import { exists, writeError } from './files.ts';

/** A folder beside the final place, where something is made until it is whole. Disposing removes what is still in it. */
export interface Staging extends AsyncDisposable {
  readonly directory: LocalPath;
  /**
   * Moves entries of the staging folder into the final folder, in place of what has the same name there. After a throw the final folder is as it
   * was before.
   */
  readonly publish: (names: readonly string[]) => Promise<void>;
}

/** Opens a staging folder in `parent`, which is made when it is not there. Both are on one file system, so that publishing is renaming. */
export async function openStaging(parent: LocalPath): Promise<Staging> {
  let directory: string;
  try {
    await mkdir(parent, { recursive: true });
    directory = await mkdtemp(path.join(parent, '.staging-'));
  } catch (error) {
    throw writeError(error, parent);
  }
  return {
    directory: directory as LocalPath,
    publish: async (names) => {
      const undo: (() => Promise<void>)[] = [];
      const move = async (from: string, to: string): Promise<void> => {
        await rename(from, to);
        undo.unshift(() => rename(to, from));
      };
      const replaced = path.join(directory, '.replaced');
      try {
        await mkdir(replaced);
        for (const name of names) {
          const target = path.join(parent, name);
          if (await exists(target)) await move(target, path.join(replaced, name));
          await move(path.join(directory, name), target);
        }
      } catch (error) {
        for (const step of undo) await step();
        throw writeError(error, parent);
      }
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
