import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { sameFileKey } from '../windows/names.ts';
import type { FindExisting } from './make-plan.ts';

/**
 * Looks below `destination` for what is there already, ignoring case and composition on every level, as Windows does, even where the file system tells
 * them apart: a library that is correct on one system must not collapse on the other. Each folder is read once. Folders that do not exist are empty.
 */
export function existingFiles(destination: string): FindExisting {
  const read = new Map<string, Promise<ReadonlyMap<string, readonly string[]>>>();
  const namesIn = (folder: string): Promise<ReadonlyMap<string, readonly string[]>> => {
    const known = read.get(folder) ?? readdir(folder).then(byKey, () => byKey([]));
    read.set(folder, known);
    return known;
  };
  const find = async (folder: string, parts: readonly string[]): Promise<string | undefined> => {
    const [part, ...rest] = parts;
    if (part === undefined) return folder;
    for (const name of (await namesIn(folder)).get(sameFileKey(part)) ?? []) {
      const found = await find(path.join(folder, name), rest);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return (to) => find(destination, to.split('/'));
}

function byKey(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const name of names) {
    const same = map.get(sameFileKey(name));
    if (same) same.push(name);
    else map.set(sameFileKey(name), [name]);
  }
  return map;
}
