import { stateFolder } from '../core/state-folder.ts';
import { ProgramError } from '../core/program-error.ts';
import { extractAddon } from './extract-addon.ts';
import type { PartName } from './native-part.ts';
import { readPart } from './part-source.ts';

/** Loads an addon that is carried inside the executable: extract, compare, load. */
export function loadAddon(name: PartName): { readonly exports: unknown; readonly file: string } {
  const file = extractAddon(readPart(name), stateFolder(process.env));
  const module = { exports: {} };
  try {
    process.dlopen(module, file);
  } catch (error) {
    throw new ProgramError('part-broken', `The native part ${file} cannot be loaded: ${(error as Error).message}`, error);
  }
  return { exports: module.exports, file };
}
