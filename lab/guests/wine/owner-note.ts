import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { readTextIfThere, writeFileAtomic } from '../../host/files.ts';
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
  const processStart = (await processStartOf(process.pid)) ?? '';
  const note = {
    format: 1,
    owner,
    guest,
    pid: process.pid,
    processStart,
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

export const ownerIsAlive = async (note: OwnerNote): Promise<boolean> => (await processStartOf(note.pid)) === note.processStart;

/** The boot and the clock tick a process started at; `undefined` when there is no such process. */
async function processStartOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  if (text === undefined) return undefined;
  // 4711 (node) S 1 4711 … : the name may hold blanks and brackets, so fields are counted from the last bracket; the start is field 22 (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).trim();
  return fields[0] === 'Z' ? undefined : `${boot}/${fields[19]}`;
}
