import path from 'node:path';
import type { Plan } from '../contract/plan.ts';
import { ProgramError } from '../core/program-error.ts';
import type { MoveRecord } from './move-record.ts';
import { keptOperations, operationPlan } from './operation-files.ts';
import { type OperationHistory, listOperations, readOperation } from './operation-history.ts';
import { planDigest } from './plan-digest.ts';
import { readPlan } from './plan-file.ts';
import { journalFile } from './rollback-journal.ts';

/** Where operations are kept, and what ends them early. */
export interface OperationSurroundings {
  /** The state folder. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly now?: () => Date;
}

/** An operation that was cut off, or whose rollback was. */
export interface Unfinished {
  readonly id: string;
  readonly plan: Plan;
  /** What the journal tells of moves, by their position in the plan. */
  readonly records: ReadonlyMap<number, MoveRecord>;
  /** Lines of the journal that nothing can be made of. */
  readonly damaged: readonly number[];
}

/**
 * Finds an operation that can be gone on with: the newest, or the one with an id. Reads only. Throws `nothing-to-resume`, `operation-unknown` for an id
 * that was never given, and what reading its plan throws.
 */
export async function findUnfinished(id: string | undefined, { folder, signal }: OperationSurroundings): Promise<Unfinished> {
  const journal = journalFile(folder);
  const kept = new Set(await keptOperations(folder));
  const candidates = id === undefined ? new Set([...kept, ...(await newest(journal, signal))]) : [id];
  for (const each of [...candidates].toSorted().toReversed()) {
    const history = await readOperation(journal, each);
    const { summary, records, damaged } = history;
    const state = summary?.state ?? (kept.has(each) ? 'unfinished' : undefined);
    if (state === 'unfinished' && kept.has(each)) return { id: each, plan: await readPlan(operationPlan(folder, each)), records, damaged };
    if (state !== 'rollback-unfinished') continue;
    if (kept.has(each)) return { id: each, plan: await readPlan(operationPlan(folder, each)), records, damaged };
    const remembered = rememberPlan(history);
    if (remembered) return { id: each, ...remembered, damaged };
  }
  if (id === undefined) throw new ProgramError('nothing-to-resume', 'No operation is unfinished');
  const { summary } = await readOperation(journal, id);
  if (summary === undefined) throw new ProgramError('operation-unknown', `There is no operation ${JSON.stringify(id.slice(0, 40))}`);
  throw new ProgramError('nothing-to-resume', `The operation ${id} is not unfinished`);
}

async function newest(journal: string, signal: AbortSignal): Promise<readonly string[]> {
  const { shown } = await listOperations(journal, 1, async () => {}, signal);
  return shown.map(({ operation }) => operation);
}

/** The plan of an operation that had ended before its rollback was cut off is no longer kept: the journal knows all that was moved. */
function rememberPlan({ summary, records }: OperationHistory): Pick<Unfinished, 'plan' | 'records'> | undefined {
  const { source, destination, transfer, at } = summary ?? {};
  if (source === undefined || destination === undefined || transfer === undefined || at === undefined) return undefined;
  const below = (folder: string, file: string): string => path.relative(folder, file).split(path.sep).join('/');
  const moved = [...records.values()].toSorted((a, b) => a.sequence - b.sequence);
  const moves = moved.map(({ paths, sizeBytes, companionOf }) => ({
    from: below(source, paths.start),
    to: below(destination, paths.end),
    sizeBytes,
    modifiedMs: 0,
    ...(companionOf === undefined ? {} : { companionOf: below(source, companionOf) }),
  }));
  const plan = { source, destination, transfer, moves, stays: [] };
  return {
    plan: { $schema: 'plan.v1.json', madeAt: at, digest: planDigest(plan), ...plan },
    records: new Map(moved.entries()),
  };
}
