import { randomBytes } from 'node:crypto';
import type { Plan, PlannedMove } from '../contract/plan.ts';
import { type MoveResult, carryOutMoves } from './carry-out-moves.ts';
import type { MoveRecord } from './move-record.ts';
import { type OperationSurroundings, findUnfinished } from './find-unfinished.ts';
import { forgetPlan, operationPlan, prepareOperations } from './operation-files.ts';
import { readOperation } from './operation-history.ts';
import { takeOperationLock } from './operation-lock.ts';
import { writePlan } from './plan-file.ts';
import { type RollbackJournal, journalFile, openRollbackJournal } from './rollback-journal.ts';

/** A plan that is being carried out. Nobody else changes files of this user until it is disposed of. */
export interface Operation extends AsyncDisposable {
  readonly id: string;
  readonly plan: Plan;
  /** The file that the journal is kept in. */
  readonly journal: string;
  /** Makes all moves that are not made yet, in order; see {@link carryOutMoves}. To be called once. */
  readonly carryOut: () => AsyncGenerator<{ readonly move: PlannedMove; readonly result: MoveResult }>;
}

/**
 * Begins to carry out a plan: takes the lock, keeps the plan so that the operation can be resumed, and says so in the journal. No file is touched yet.
 * Throws `organize-busy`, and what writing into the state folder throws.
 */
export async function beginOperation(plan: Plan, surroundings: OperationSurroundings): Promise<Operation> {
  const { folder, now = () => new Date() } = surroundings;
  return underLock(surroundings, async () => {
    const id = newOperationId(now());
    await prepareOperations(folder);
    await writePlan(operationPlan(folder, id), plan);
    return open(id, plan, new Map(), surroundings, (journal) => journal.append(begunLine(plan)));
  });
}

/** Goes on with an operation that was cut off, or whose rollback was. Throws as {@link findUnfinished} and {@link beginOperation} do. */
export async function resumeOperation(id: string, surroundings: OperationSurroundings): Promise<Operation> {
  return underLock(surroundings, async () => {
    await prepareOperations(surroundings.folder);
    // Again, since only now nobody else is at work on it.
    const { plan, records } = await findUnfinished(id, surroundings);
    const { summary } = await readOperation(journalFile(surroundings.folder), id);
    return open(id, plan, records, surroundings, async (journal) => {
      if (summary?.planned === undefined) await journal.append(begunLine(plan));
      await journal.append({ state: 'resumed' });
    });
  });
}

/** Does something that gives a thing to dispose of, and holds the lock until that is disposed of. */
export async function underLock<Held extends AsyncDisposable>({ folder }: OperationSurroundings, work: () => Promise<Held>): Promise<Held> {
  const lock = await takeOperationLock(folder, `process ${process.pid}`);
  try {
    const held = await work();
    return {
      ...held,
      [Symbol.asyncDispose]: async () => {
        try {
          await held[Symbol.asyncDispose]();
        } finally {
          await lock[Symbol.asyncDispose]();
        }
      },
    };
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

async function open(
  id: string,
  plan: Plan,
  records: ReadonlyMap<number, MoveRecord>,
  { folder, signal, now = () => new Date() }: OperationSurroundings,
  begin: (journal: RollbackJournal) => Promise<void>,
): Promise<Operation> {
  const journal = await openRollbackJournal(folder, id, now);
  try {
    await begin(journal);
  } catch (error) {
    await journal[Symbol.asyncDispose]();
    throw error;
  }
  return {
    id,
    plan,
    journal: journal.file,
    carryOut: async function* () {
      let [moved, failed] = [0, 0];
      for await (const each of carryOutMoves(plan, records, journal, signal)) {
        if (each.result.state === 'moved') moved += 1;
        else failed += 1;
        yield each;
      }
      await journal.append({ state: 'ended', moved, failed });
      await forgetPlan(folder, id);
    },
    [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose](),
  };
}

/** What the journal says when an operation begins. */
export const begunLine = ({ transfer, source, destination, moves, digest }: Plan) =>
  ({ state: 'begun', transfer, source, destination, moves: moves.length, digest }) as const;

/** Nine digits of the time and three of chance, base 36: sorts by time for two thousand years. */
const newOperationId = (now: Date): string =>
  now.getTime().toString(36).padStart(9, '0').slice(-9) + (randomBytes(4).readUInt32LE() % 46_656).toString(36).padStart(3, '0');
