import path from 'node:path';
import type { LocalPath } from '../../core/ids.ts';
import { exists, removeTree, writeFileAtomic } from '../../host/files.ts';
import type { Folders } from '../../host/folders.ts';
import { sha256Of } from '../../host/hash.ts';

const NAME_CHARACTERS = 16;

/** Where it is noted that a host which cannot be reset was used. Whoever makes the host anew removes the file. */
export const usedNote = (folders: Folders, address: string): LocalPath =>
  path.join(folders.state, 'existing', `${sha256Of(address).slice(0, NAME_CHARACTERS)}.json`) as LocalPath;

export const wasUsed = (folders: Folders, address: string): Promise<boolean> => exists(usedNote(folders, address));

export const noteUse = (folders: Folders, address: string, owner: string, at: string): Promise<void> =>
  writeFileAtomic(usedNote(folders, address), `${JSON.stringify({ address, owner, at }, undefined, 2)}\n`, 0o600);

/** After a reset it is as if it had never been used. */
export const forgetUse = (folders: Folders, address: string): Promise<void> => removeTree(usedNote(folders, address));
