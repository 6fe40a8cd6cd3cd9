import path from 'node:path';
import { z } from 'zod';
import { readTextIfThere, writeFileAtomic } from '../../host/files.ts';
import { processStart } from '../../host/process-start.ts';
import type { Leftovers } from './wall.ts';

const NAME = 'owner.json';

const ownerNote = z.strictObject({
  format: z.literal(1),
  /** The run, or the command that keeps the guest. */
  owner: z.string(),
  guest: z.string(),
  pid: z.int().positive(),
  /** When the process started, so that another one with its number is not taken for it. */
  processStart: z.string(),
  leftovers: z.strictObject({ folders: z.array(z.string()), looseIn: z.string().optional() }),
});
export type OwnerNote = z.infer<typeof ownerNote>;

/** Writes whom a guest's folder belongs to: this process. */
export async function writeOwnerNote(folder: string, owner: string, guest: string, leftovers: Leftovers): Promise<void> {
  const note = {
    format: 1,
    owner,
    guest,
    pid: process.pid,
    processStart: (await processStart(process.pid)) ?? '',
    leftovers: { ...leftovers, folders: [...leftovers.folders] },
  } satisfies OwnerNote;
  await writeFileAtomic(path.join(folder, NAME), JSON.stringify(note, null, 2));
}

/** Reads the note in a guest's folder; `undefined` when there is none that can be understood. */
export async function readOwnerNote(folder: string): Promise<OwnerNote | undefined> {
  try {
    return ownerNote.parse(JSON.parse((await readTextIfThere(path.join(folder, NAME))) ?? ''));
  } catch {
    return undefined;
  }
}

export const ownerIsAlive = async (note: OwnerNote): Promise<boolean> => (await processStart(note.pid)) === note.processStart;
