import { stateFolder } from '../core/state-folder.ts';
import { ProgramError } from '../core/program-error.ts';
import { extractAddon } from './extract-addon.ts';
import type { PartName } from './native-part.ts';
import { readPart } from './part-source.ts';

const loaded = new Map<PartName, string>();

/** Loads an addon that is carried inside the executable: extract, compare, load. */
export function loadAddon(name: PartName): unknown {
  const file = extractAddon(readPart(name), stateFolder(process.env));
  const module = { exports: {} };
  try {
    process.dlopen(module, file);
  } catch (error) {
    throw new ProgramError('part-broken', `The native part ${file} cannot be loaded: ${(error as Error).message}`, error);
  }
  loaded.set(name, file);
  return module.exports;
}

/** The file that {@link loadAddon} had the operating system load; `undefined` when it did not, as in a development tree. */
export const loadedAddonFile = (name: PartName): string | undefined => loaded.get(name);
