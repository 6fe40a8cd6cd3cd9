import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { RollbackEntry } from '../contract/rollback-entry.ts';
import { rollbackEntry } from '../contract/rollback-entry.ts';
import { ProgramError, writeProblem } from '../core/program-error.ts';

/** The journal of moves. `append` resolves when the operating system has the line, that of a move that is about to start when it is on the disk. */
export interface RollbackJournal extends AsyncDisposable {
  readonly file: string;
  readonly operation: string;
  readonly append: (entry: Omit<RollbackEntry, '$schema' | 'operation' | 'at'>) => Promise<void>;
}

/**
 * Opens `rollback.jsonl` in the state folder for one operation. Lines of programs that run at the same time do not mix, since each is one append. A line
 * that an earlier program could not finish is closed, so that it spoils none but itself.
 */
export async function openRollbackJournal(folder: string, now: () => Date): Promise<RollbackJournal> {
  const file = path.join(folder, 'rollback.jsonl');
  let handle: FileHandle;
  try {
    await mkdir(folder, { recursive: true });
    handle = await open(file, 'a+', 0o600);
    await closeLastLine(handle);
  } catch (error) {
    throw unwritable(file, error);
  }
  const operation =
    now().getTime().toString(36).padStart(9, '0').slice(-9) + (randomBytes(4).readUInt32LE() % 46_656).toString(36).padStart(3, '0');
  return {
    file,
    operation,
    append: async (entry) => {
      const line = rollbackEntry.parse({ $schema: 'rollback-entry.v1.json', operation, at: now().toISOString(), ...entry });
      try {
        await handle.appendFile(`${JSON.stringify(line)}\n`);
        // A move must not happen before its line is on the disk; what became of it can be seen from the files.
        if (entry.state === 'started') await handle.sync();
      } catch (error) {
        throw unwritable(file, error);
      }
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

async function closeLastLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  if (size === 0) return;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  if (buffer.toString() !== '\n') await handle.appendFile('\n');
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
