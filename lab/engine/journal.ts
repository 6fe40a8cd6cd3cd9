import type { Clock } from '../core/clock.ts';
import type { JournalLine, LabEvent } from '../core/event.ts';
import type { Sha256 } from '../core/ids.ts';
import type { Masker } from '../core/secret.ts';

/** What `previous` of the first line says. */
export const NO_PREVIOUS = '0'.repeat(64) as Sha256;

/** Where lines go. `lab/host/files.ts` has the real one. */
export interface JournalSink {
  readonly append: (text: string) => Promise<void>;
  readonly sync: () => Promise<void>;
}

/** The append-only, hash-chained event file of a run: the one truth about it. */
export interface Journal {
  /**
   * Adds an event: secrets are masked, the line is chained to the one before, queued for the file and shown to the listeners, in this order and
   * at once. Never throws: a line that cannot be written is reported through `onFailure`, once.
   */
  readonly emit: (event: LabEvent) => void;
  /** Everything emitted so far, as it stands in the file. */
  readonly lines: () => readonly JournalLine[];
  /** Resolves when everything emitted so far is on the disk; rejects when it never will be. */
  readonly flush: () => Promise<void>;
}

export interface JournalOptions {
  readonly sink: JournalSink;
  readonly clock: Clock;
  readonly masker: Masker;
  readonly hash: (text: string) => Sha256;
  /** Called for each line, in order, before `emit` returns. A throw is a bug of the listener and is not caught here. */
  readonly onLine: (line: JournalLine) => void;
  /** Called once, with the first write error. */
  readonly onFailure: (error: unknown) => void;
}

/** Events after which the file must be on the disk whatever happens next: what they say has been promised to somebody. */
const SYNCED: ReadonlySet<LabEvent['type']> = new Set(['plan-written', 'cell-finished', 'interrupted', 'run-finished']);

export function openJournal({ sink, clock, masker, hash, onLine, onFailure }: JournalOptions): Journal {
  const lines: JournalLine[] = [];
  let previous = NO_PREVIOUS;
  let pending: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    if (failure) return;
    failure = { error };
    onFailure(error);
  };
  return {
    emit: (event) => {
      const text = masker.mask(JSON.stringify({ sequence: lines.length, at: clock.now(), previous, event } satisfies JournalLine));
      // Listeners get what the file holds, so that a live report and a replayed one cannot differ.
      const line = JSON.parse(text) as JournalLine;
      previous = hash(text);
      lines.push(line);
      if (!failure) {
        pending = Promise.all([pending, sink.append(`${text}\n`), SYNCED.has(event.type) ? sink.sync() : undefined]).then(() => {}, fail);
      }
      onLine(line);
    },
    lines: () => lines,
    flush: async () => {
      await pending;
      if (!failure) await sink.sync().catch(fail);
      if (failure) throw failure.error;
    },
  };
}
