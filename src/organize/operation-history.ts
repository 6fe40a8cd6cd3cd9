import type { RollbackEntry } from '../contract/rollback-entry.ts';
import type { Transfer } from '../contract/plan.ts';
import type { OperationState } from '../contract/stay-reasons.ts';
import { type MoveRecord, addLine, isMoveLine } from './move-record.ts';
import { readJournal } from './read-journal.ts';

/** What the journal tells of an operation as a whole. */
export interface OperationSummary {
  readonly operation: string;
  /** When its first line was written. */
  readonly at: string;
  readonly state: OperationState;
  /** These are absent when the line that tells them is damaged. */
  readonly transfer?: Transfer;
  readonly source?: string;
  readonly destination?: string;
  readonly planned?: number;
  /** Files that are at their destination. */
  readonly moved: number;
  readonly failed: number;
}

/** Adds a line of the journal to what was known of its operation. Pure; lines may be missing. */
export function addToSummary(known: OperationSummary | undefined, entry: RollbackEntry): OperationSummary {
  const { operation, at } = entry;
  const before: OperationSummary = known ?? { operation, at, state: 'unfinished', moved: 0, failed: 0 };
  switch (entry.state) {
    case 'begun':
      return {
        ...before,
        transfer: entry.transfer,
        source: entry.source,
        destination: entry.destination,
        planned: entry.moves,
      };
    case 'resumed':
      return { ...before, state: 'unfinished' };
    case 'ended':
      return { ...before, state: 'finished', moved: entry.moved, failed: entry.failed };
    case 'rollback-begun':
      return { ...before, state: 'rollback-unfinished' };
    case 'rollback-ended':
      return { ...before, state: entry.kept > 0 ? 'partly-rolled-back' : 'rolled-back' };
    case 'finished':
      return { ...before, moved: Math.max(0, before.moved + (entry.direction === 'forward' ? 1 : -1)) };
    case 'started':
    case 'reserving':
    case 'copied':
    case 'failed':
      return before;
  }
}

/** All that the journal tells of one operation. */
export interface OperationHistory {
  /** Absent when the journal has no line of it. */
  readonly summary: OperationSummary | undefined;
  /** By their sequence. */
  readonly records: ReadonlyMap<number, MoveRecord>;
  /** Numbers of lines that nothing can be made of, and that may be about this operation. */
  readonly damaged: readonly number[];
}

// "operation":"0mf3k2a9x4b1"
const OPERATION = /"operation":"([0-9a-z]{12})"/;

/** Reads what the journal tells of one operation. Memory grows with the moves of that one only. */
export async function readOperation(journal: string, operation: string): Promise<OperationHistory> {
  let summary: OperationSummary | undefined;
  const records = new Map<number, MoveRecord>();
  const damaged: number[] = [];
  const concerns = (text: string): boolean => (OPERATION.exec(text)?.[1] ?? operation) === operation;
  for await (const line of readJournal(journal, concerns)) {
    if (line.kind === 'damaged') {
      damaged.push(line.number);
      continue;
    }
    const { entry } = line;
    if (entry.operation !== operation) continue;
    summary = addToSummary(summary, entry);
    if (!isMoveLine(entry)) continue;
    const record = addLine(records.get(entry.sequence), entry);
    if (record) records.set(entry.sequence, record);
  }
  return { summary, records, damaged };
}

/** What {@link listOperations} found. */
export interface OperationList {
  /** The newest ones, oldest first. */
  readonly shown: readonly OperationSummary[];
  readonly operations: number;
  readonly lines: number;
  readonly damaged: number;
}

/**
 * Lists the newest operations of a journal; holds no more than `limit` of them, however long it is. `onDamaged` hears of each line that nothing can be
 * made of.
 */
export async function listOperations(
  journal: string,
  limit: number,
  onDamaged: (number: number) => Promise<void>,
  signal: AbortSignal,
): Promise<OperationList> {
  const kept = new Map<string, OperationSummary>();
  let [operations, lines, damaged, newestDropped] = [0, 0, 0, ''];
  for await (const line of readJournal(journal)) {
    signal.throwIfAborted();
    lines = line.number;
    if (line.kind === 'damaged') {
      damaged += 1;
      await onDamaged(line.number);
      continue;
    }
    const { operation } = line.entry;
    const known = kept.get(operation);
    // Ids begin with the time: one that is older than what was dropped was dropped itself.
    if (known === undefined && operation <= newestDropped) continue;
    if (known === undefined) operations += 1;
    kept.set(operation, addToSummary(known, line.entry));
    if (kept.size <= limit) continue;
    const oldest = [...kept.keys()].reduce((a, b) => (a < b ? a : b));
    kept.delete(oldest);
    if (oldest > newestDropped) newestDropped = oldest;
  }
  return { shown: [...kept.values()].toSorted((a, b) => (a.operation < b.operation ? -1 : 1)), operations, lines, damaged };
}
