import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { type RollbackEntry, rollbackEntry } from '../contract/rollback-entry.ts';
import { ProgramError, writeProblem } from '../core/program-error.ts';
import { syncFolder } from './folders.ts';

type Own = '$schema' | 'operation' | 'at';
/** What is to be told of a line; the journal adds the rest. */
export type JournalLine = RollbackEntry extends infer Each ? (Each extends RollbackEntry ? Omit<Each, Own> : never) : never;

/** The journal of one operation's moves. `append` resolves when the operating system has the line, or the disk has it when something depends on that. */
export interface RollbackJournal extends AsyncDisposable {
  readonly file: string;
  readonly operation: string;
  readonly append: (line: JournalLine) => Promise<void>;
}

/** The name of the journal in the state folder. */
export const journalFile = (folder: string): string => path.join(folder, 'rollback.jsonl');

/** Lines that must be on the disk before what they announce happens; what became of it can be seen from the files. */
const ON_THE_DISK: ReadonlySet<RollbackEntry['state']> = new Set([
  'begun',
  'resumed',
  'started',
  'ended',
  'rollback-begun',
  'rollback-ended',
]);
/** Far more than a line can be. */
const MOST_TAIL_BYTES = 1 << 20;

/**
 * Opens `rollback.jsonl` in the state folder to write about one operation. Only the holder of the operation lock may. A line that an earlier program
 * could not finish goes: nothing had happened yet that depended on it.
 */
export async function openRollbackJournal(folder: string, operation: string, now: () => Date): Promise<RollbackJournal> {
  const file = journalFile(folder);
  let handle: FileHandle;
  try {
    await mkdir(folder, { recursive: true });
    handle = await open(file, 'a+', 0o600);
    await removeTornLine(file, handle);
    await syncFolder(folder);
  } catch (error) {
    throw unwritable(file, error);
  }
  return {
    file,
    operation,
    append: async (line) => {
      const entry = rollbackEntry.parse({ $schema: 'rollback-entry.v1.json', operation, at: now().toISOString(), ...line });
      try {
        await handle.appendFile(`${JSON.stringify(entry)}\n`);
        if (ON_THE_DISK.has(line.state)) await handle.sync();
      } catch (error) {
        throw unwritable(file, error);
      }
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

async function removeTornLine(file: string, handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  const length = Math.min(size, MOST_TAIL_BYTES);
  const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
  const torn = length - 1 - buffer.lastIndexOf('\n');
  if (torn === 0 || length === 0) return;
  // Longer than any line of ours: not a torn line but something else, which a line break keeps apart from what follows.
  if (torn === MOST_TAIL_BYTES) return handle.appendFile('\n');
  // A handle that appends cannot shorten its file on Windows.
  await using other = await open(file, 'r+');
  await other.truncate(size - torn);
}

function unwritable(file: string, error: unknown): ProgramError {
  const mapped = writeProblem(error, file);
  if (mapped instanceof ProgramError && mapped.code === 'disk-full') return mapped;
  return new ProgramError(
    'journal-unwritable',
    `The journal ${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
    error,
  );
}
