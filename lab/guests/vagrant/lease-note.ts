import path from 'node:path';
import { z } from 'zod';
import type { LocalPath } from '../../core/ids.ts';
import { readTextIfThere, writeFileAtomic } from '../../host/files.ts';
import type { Folders } from '../../host/folders.ts';
import { processStart } from '../../host/process-start.ts';
import { hypervisorNames } from './catalogue.ts';

const NAME = 'owner.json';

const leaseNote = z.strictObject({
  format: z.literal(1),
  /** The run, or the command that keeps the guest. */
  owner: z.string(),
  guest: z.string(),
  machine: z.string(),
  hypervisor: z.enum(hypervisorNames),
  /** Vagrant's own home if it was not the usual one: without it the machine is not found again. */
  vagrantHome: z.string().optional(),
  pid: z.int().positive(),
  /** When the process started, so that another one with its number is not taken for it. */
  processStart: z.string(),
});

/** Whom a machine belongs to, and what Vagrant needs to find it. */
export type LeaseNote = z.infer<typeof leaseNote>;

/** Where leases have their folders. Machines cannot be made again from anything, so it is no cache. */
export const leasesFolder = (folders: Folders): LocalPath => path.join(folders.state, 'vagrant') as LocalPath;

/** Where Vagrant keeps what it knows of the machine of a lease. */
export const dataFolderOf = (lease: string): string => path.join(lease, 'data');

/** Writes whom a lease belongs to: this process. */
export async function writeLeaseNote(lease: string, note: Omit<LeaseNote, 'format' | 'pid' | 'processStart'>): Promise<void> {
  const written: LeaseNote = { format: 1, ...note, pid: process.pid, processStart: (await processStart(process.pid)) ?? '' };
  await writeFileAtomic(path.join(lease, NAME), JSON.stringify(written, null, 2));
}

/** Reads the note in the folder of a lease; `undefined` when there is none that can be understood. */
export async function readLeaseNote(lease: string): Promise<LeaseNote | undefined> {
  try {
    return leaseNote.parse(JSON.parse((await readTextIfThere(path.join(lease, NAME))) ?? ''));
  } catch {
    return undefined;
  }
}

/** Whether the process that wrote a note is there. */
export const leaseIsHeld = async (note: LeaseNote): Promise<boolean> => (await processStart(note.pid)) === note.processStart;
