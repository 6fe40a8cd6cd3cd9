import { buildInfo } from '../core/build-info.ts';
import { type FolderArgument, folderArgument } from '../windows/folder-argument.ts';
import type { CommandContext } from './context.ts';

/**
 * Tells that a command has started on a folder, and what the user should know of the places it works in; these warnings count as no problem, since
 * everything is done all the same. Gives the folder's absolute path. Throws as {@link folderArgument} does.
 */
export async function startInFolder(
  command: string,
  folder: string,
  { emit, currentFolder }: Pick<CommandContext, 'emit' | 'currentFolder'>,
  destination?: FolderArgument,
): Promise<string> {
  const source = folderArgument(folder, currentFolder);
  await emit({
    type: 'started',
    schema: 'cli-event.v1',
    command,
    version: buildInfo.version,
    source: source.folder,
    ...(destination === undefined ? {} : { destination: destination.folder }),
  });
  for (const place of [source, destination]) if (place?.warning) await emit({ type: 'problem', ...place.warning, path: place.folder });
  return source.folder;
}
