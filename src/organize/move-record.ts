import type { RollbackEntry } from '../contract/rollback-entry.ts';
import type { Transfer } from '../contract/plan.ts';

/** The two places of a move: where the file was at the start, and where the plan puts it in the end. */
export type Place = 'start' | 'end';
export const otherPlace = (place: Place): Place => (place === 'start' ? 'end' : 'start');

/** What the journal tells of one move of an operation, forward and back. */
export interface MoveRecord {
  readonly sequence: number;
  readonly transfer: Transfer;
  /** Absolute paths. */
  readonly paths: Readonly<Record<Place, string>>;
  readonly sizeBytes: number;
  readonly fingerprint: string;
  readonly companionOf?: string | undefined;
  /** Folders that were made on the way, or were about to be. */
  readonly folders: readonly string[];
  /** Where the file is for sure, unless a step from there is under way. */
  readonly at: Place;
  /** Whether a step has started whose end the journal does not tell. */
  readonly underWay: boolean;
  /** Where a step that is under way may have left an empty file. */
  readonly reserved?: Place | undefined;
  /** Where a step that is under way may have left a whole copy. */
  readonly copied?: Place | undefined;
}

type Line<State extends RollbackEntry['state']> = Extract<RollbackEntry, { state: State }>;
type Told = Line<'started' | 'finished' | 'failed'>;
type MoveLine = Told | Line<'reserving' | 'copied'>;

/** Whether a line is about a single move. */
export const isMoveLine = (entry: RollbackEntry): entry is MoveLine => 'sequence' in entry;

/**
 * Adds a line of the journal to what was known of its move. Pure. Total: lines may be missing, so each says as much as it can; one that tells of a step
 * of a move that nothing is known of changes nothing.
 */
export function addLine(known: MoveRecord | undefined, line: MoveLine): MoveRecord | undefined {
  const goal: Place = line.direction === 'forward' ? 'end' : 'start';
  switch (line.state) {
    case 'reserving':
      return known && { ...known, underWay: true, reserved: goal };
    case 'copied':
      return known && { ...known, underWay: true, copied: goal };
    case 'started': {
      const before = known ?? recordOf(line, goal);
      // A step starts only when nothing is left of the one before.
      return {
        ...before,
        folders: goal === 'end' ? [...before.folders, ...line.folders] : before.folders,
        underWay: true,
        reserved: undefined,
        copied: undefined,
      };
    }
    case 'finished':
      return settled(known ?? recordOf(line, goal), goal);
    case 'failed':
      return settled(known ?? recordOf(line, goal), otherPlace(goal));
  }
}

/** A move of which nothing is left to find out. */
export const settled = (record: MoveRecord, at: Place): MoveRecord => ({
  ...record,
  at,
  underWay: false,
  reserved: undefined,
  copied: undefined,
});

function recordOf(line: Told, goal: Place): MoveRecord {
  const { sequence, transfer, from, to, sizeBytes, fingerprint, companionOf } = line;
  return {
    sequence,
    transfer,
    paths: goal === 'end' ? { start: from, end: to } : { start: to, end: from },
    sizeBytes,
    fingerprint,
    companionOf,
    folders: [],
    at: otherPlace(goal),
    underWay: false,
  };
}
