import path from 'node:path';
import { ProgramError } from '../core/program-error.ts';
import { deviceNameIn, isNetworkPath, isTooLong, pathKind } from './paths.ts';

/** A folder that the user named. */
export interface FolderArgument {
  /** Absolute. */
  readonly folder: string;
  /** What the user should know of the place before relying on it. */
  readonly warning?: { readonly code: 'network-folder'; readonly message: string };
}

/**
 * Makes an absolute path of a folder that the user named. On Windows it refuses, with a `ProgramError`, what names no certain place: `C:folder`, devices,
 * and paths longer than 32,767 characters; of a folder on another machine it warns. Elsewhere such texts are ordinary names.
 */
export function folderArgument(text: string, currentFolder: string, platform: NodeJS.Platform = process.platform): FolderArgument {
  if (platform !== 'win32') return { folder: path.posix.resolve(currentFolder, text) };
  const kind = pathKind(text);
  if (kind === 'drive-relative' && text.length > 2) {
    const drive = text.slice(0, 2);
    throw new ProgramError(
      'path-drive-relative',
      `${text} means a folder below whatever is the current one on drive ${drive}, which is not certain`,
    );
  }
  const device = kind === 'device' ? text : deviceNameIn(text);
  if (device !== undefined) throw new ProgramError('path-not-a-place', `${text} is no folder: ${device} is a device`);
  // A drive alone is its root: `C:` would be the current folder on it.
  const folder = path.win32.resolve(currentFolder, kind === 'drive-relative' ? `${text}\\` : text);
  if (isTooLong(folder))
    throw new ProgramError('path-too-long', `The path has ${folder.length} characters; Windows takes 32,767: ${folder.slice(0, 100)}…`);
  if (!isNetworkPath(folder)) return { folder };
  return {
    folder,
    warning: {
      code: 'network-folder',
      message: 'The folder is on another machine: it is slower, moves may be copies, and what others do there at the same time is not seen',
    },
  };
}
