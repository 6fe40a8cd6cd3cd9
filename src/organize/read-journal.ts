import { createReadStream } from 'node:fs';
import { type RollbackEntry, rollbackEntry } from '../contract/rollback-entry.ts';
import { ProgramError } from '../core/program-error.ts';

/** A line of the journal: what it says, or that nothing can be made of it. */
export type ReadLine =
  | { readonly kind: 'entry'; readonly number: number; readonly entry: RollbackEntry }
  | { readonly kind: 'damaged'; readonly number: number };

/** Longer lines are not kept while they are read. */
const MOST_LINE_BYTES = 1 << 20;

/**
 * Reads a journal line by line; holds no more than one of them, however long the file or a line is. A journal that is not there has no lines. `concerns`
 * is asked of the bare text of a line, to save the reading of those that are not wanted. A last line without its end is still being written, or was cut
 * off before anything came of it: it is left out. Throws `journal-unreadable`.
 */
export async function* readJournal(file: string, concerns: (text: string) => boolean = () => true): AsyncGenerator<ReadLine> {
  let number = 0;
  for await (const text of linesOf(file)) {
    number += 1;
    if (text !== undefined && !concerns(text)) continue;
    const entry = text === undefined ? undefined : understand(text);
    yield entry === undefined ? { kind: 'damaged', number } : { kind: 'entry', number, entry };
  }
}

function understand(text: string): RollbackEntry | undefined {
  try {
    const checked = rollbackEntry.safeParse(JSON.parse(text));
    return checked.success ? checked.data : undefined;
  } catch {
    return undefined;
  }
}

/** The lines of a file; `undefined` for one that is too long. */
async function* linesOf(file: string): AsyncGenerator<string | undefined> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  const add = (piece: Buffer): void => {
    bytes += piece.length;
    if (bytes <= MOST_LINE_BYTES) pieces.push(piece);
    else pieces = [];
  };
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
        add(chunk.subarray(start, end));
        yield bytes > MOST_LINE_BYTES ? undefined : Buffer.concat(pieces).toString('utf8');
        [pieces, bytes, start] = [[], 0, end + 1];
      }
      add(chunk.subarray(start));
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    throw new ProgramError('journal-unreadable', `The journal ${file} cannot be read (${code ?? String(error)})`, error);
  }
}
