import type { Call } from '../core/call.ts';
import { LabError } from '../core/error.ts';
import type { JournalLine } from '../core/event.ts';
import type { Sha256 } from '../core/ids.ts';
import type { Plan } from '../core/plan.ts';
import { FOLD_VERSION, type RunRecord } from '../core/record.ts';
import { parseRun } from './parse-run.ts';
import { collectRunFiles } from './run-files.ts';
import type { RunProblem } from './run-problem.ts';

/** A run as it lies in its folder, sealed or not. */
export interface StoredRun {
  readonly plan: Plan;
  /** Every line, its chain checked. */
  readonly journal: readonly JournalLine[];
  /** `record.json`; absent when the run was killed before it was written. Equal to the fold of plan and journal. */
  readonly record: RunRecord | undefined;
  /** SHA-256 of `record.json`. */
  readonly recordSha256: Sha256 | undefined;
  /** Whether the journal's last line was cut off and left out. Only with `tolerateTornEnd`. */
  readonly tornEnd: boolean;
}

export interface ReadRunOptions {
  /** Accepts what a killed lab leaves: a journal that ends in the middle of a line, and no record. */
  readonly tolerateTornEnd?: boolean;
}

/** What a kill explains. */
const leftByKill = ({ code, file }: RunProblem): boolean =>
  code === 'journal-torn' || code === 'plan-unspoken' || (code === 'file-missing' && file === 'record.json');

/**
 * Reads a run's plan, journal and record. Throws `trust.run-damaged` with the first thing that is wrong with them, and `trust.other-version` when a
 * lab with another fold wrote them. Does not look at the seal: that is `verifyRun`'s.
 */
export async function readRun(folder: string, options: ReadRunOptions, call: Call): Promise<StoredRun> {
  const files = await collectRunFiles(folder, 'texts', call);
  const { plan, journal, record, foreign, tornEnd, problems } = parseRun(files);
  // A seal that is a link is not this function's business.
  const all = [...files.problems.filter((problem) => problem.file !== 'seal.json'), ...problems];
  const first = all.find((problem) => !(options.tolerateTornEnd && leftByKill(problem)));
  if (first === undefined && foreign)
    throw LabError.of('trust.other-version', { folder, labVersion: foreign.labVersion, fold: foreign.fold, known: FOLD_VERSION });
  if (first || plan === undefined) throw LabError.of('trust.run-damaged', { folder, problem: first?.message ?? 'plan.json is missing' });
  return { plan, journal, record, recordSha256: files.digests.get('record.json'), tornEnd };
}
