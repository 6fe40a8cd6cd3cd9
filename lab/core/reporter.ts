import type { Call } from './call.ts';
import type { JournalLine } from './event.ts';
import type { Plan } from './plan.ts';
import type { RunRecord } from './record.ts';
import type { Sha256 } from './ids.ts';

/** A file a reporter wants in the run folder. */
export interface ReportFile {
  readonly fileName: string;
  readonly mediaType: string;
  readonly content: string | Uint8Array;
}

/** Everything there is to know about a finished run. */
export interface FinishedRun {
  readonly record: RunRecord;
  readonly plan: Plan;
  readonly journal: readonly JournalLine[];
  /** SHA-256 of `record.json` as it lies on disk. */
  readonly recordSha256: Sha256;
  /** Reads a piece of evidence; `undefined` when it is gone. */
  readonly readEvidence: (sha256: Sha256) => Promise<Uint8Array | undefined>;
}

/** Shows a run to somebody. Gets every journal line as it is written, live or replayed; a throw never harms the run. */
export interface Reporter {
  readonly name: string;
  readonly on: (line: JournalLine) => void;
  /** Called once, after the record is complete. The files are written and sealed by the lab. */
  readonly finish?: (run: FinishedRun, call: Call) => Promise<readonly ReportFile[]>;
  /** Called on every way out, also when nothing finished: gives the terminal back. */
  readonly close?: () => void;
}
