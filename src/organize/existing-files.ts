import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { sameFileKey } from '../windows/names.ts';
import type { FindTaken } from './make-plan.ts';

/**
 * Looks below `destination` for what is there already, ignoring case and composition on every level, as Windows does, even where the file system tells
 * them apart: a library that is correct on one system must not collapse on the other. Each folder is read once. Folders that do not exist are empty.
 */
export function existingFiles(destination: string): FindTaken {
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
  return async (to, from) => {
    const there = await find(destination, to.split('/'));
    if (there === undefined) return undefined;
    return (await isSameFile(there, from)) ? 'by-itself' : 'by-another';
  };
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

/** Asks the file system, since one file can have paths that look different: another case of a folder, a short name, a drive that stands for a folder. */
async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map((file) => stat(file, { bigint: true }).catch(() => undefined)));
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev && one.nlink === 1n;
}
