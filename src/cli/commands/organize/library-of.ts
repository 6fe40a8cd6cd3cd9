import { ProgramError } from '../../../core/program-error.ts';
import { userSettings } from '../../../settings/user-settings.ts';
import { type FolderArgument, folderArgument } from '../../../windows/folder-argument.ts';
import type { CommandContext } from '../../context.ts';

/** The library: the folder that the command line names, else what the settings say. Throws `no-library` when neither does. */
export async function libraryOf(
  named: string | undefined,
  { currentFolder, environment, masker }: CommandContext,
): Promise<FolderArgument> {
  const library = named ?? (await userSettings(environment, masker).read()).library;
  if (library === undefined) throw new ProgramError('no-library', 'No folder is named that the files should go to');
  return folderArgument(library, currentFolder);
}
