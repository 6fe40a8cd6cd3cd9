import { type FoundLibrary, findLibrary } from '../../../organize/find-library.ts';
import { loadNameParser } from '../../../parse/anime-name-parser.ts';
import type { CommandContext } from '../../context.ts';

/** Looks through a folder and reads the names of its videos, telling how far it is, and what could not be looked at. */
export async function lookThrough(source: string, { emit, progress, signal }: CommandContext): Promise<FoundLibrary> {
  using bar = progress.start('Looking', 'files');
  return await findLibrary(source, await loadNameParser(), signal, (problem) => emit({ type: 'problem', ...problem }), bar.advance);
}
