import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { Folders } from '../../host/folders.ts';
import { removeLeftovers } from './leftovers.ts';
import { ownerIsAlive, readOwnerNote } from './owner-note.ts';
import { guestsFolder } from './wine-lease.ts';

/** A folder without a note may be one that is being made; after this time it is not. */
const NOTE_GRACE_MS = 60_000;

/** Removes what is left of guests whose owner is dead, and what still runs in them. Returns a line for each. */
export async function cleanGuests(folders: Folders, call: Call): Promise<readonly string[]> {
  const root = guestsFolder(folders);
  const removed: string[] = [];
  for (const name of await readdir(root).catch(() => [])) {
    call.signal.throwIfAborted();
    const folder = path.join(root, name);
    const note = await readOwnerNote(folder);
    if (note) {
      if (await ownerIsAlive(note)) continue;
      await removeLeftovers(note.leftovers);
      await removeLeftovers({ folders: [folder] });
      removed.push(`removed guest ${note.guest} of ${note.owner}, left by process ${note.pid}`);
    } else {
      const found = await stat(folder).catch(() => undefined);
      if (!found || Date.now() - found.mtimeMs < NOTE_GRACE_MS) continue;
      await removeLeftovers({ folders: [folder] });
      removed.push(`removed the unfinished guest folder ${name}`);
    }
  }
  return removed;
}
