import { z } from 'zod';
import { weakest } from './assurance.ts';
import { boxExamination } from './box-examination.ts';
import { sha256Schema } from './bundle.ts';
import { type ErrorData, errorData } from './error.ts';
import { type JournalLine, evidence, hostFacts, stepNames } from './event.ts';
import { factLine } from './fact-line.ts';
import { assuranceSchema, guestSpec, isolationSchema } from './guest.ts';
import type { RunId } from './ids.ts';
import { outcome } from './outcome.ts';
import { type ScanJudgement, judgeScans } from './judge-scans.ts';
import { type Plan, plannedCell } from './plan.ts';
import { exceptionTerms } from './scan-policy.ts';
import { scanFinding, scanResult } from './scan.ts';

/** What a run decided. `accepted` holds at the record's assurance only: an emulated run accepts a rehearsal, not a release. */
export const verdicts = ['accepted', 'rejected', 'blocked', 'interrupted'] as const;
export type Verdict = (typeof verdicts)[number];

/** One cell as it ended. `missing` was planned and never answered. */
export const recordedCell = z.strictObject({
  ...plannedCell.shape,
  outcome: outcome.or(z.strictObject({ kind: z.literal('missing') })),
  facts: sha256Schema.optional(),
  highlights: z.array(factLine),
  evidence: z.array(evidence),
  durationMs: z.number().optional(),
  alongside: z.array(z.string()),
});
export type RecordedCell = z.infer<typeof recordedCell>;

export const recordedGuest = z.strictObject({
  spec: guestSpec,
  assurance: assuranceSchema.optional().meta({ description: 'Absent when the guest never came up' }),
  isolation: isolationSchema.optional(),
  platform: z.string().optional(),
  osVersion: z.string().optional(),
  productName: z.string().optional(),
  readyMs: z.number().optional(),
  box: boxExamination.optional().meta({ description: 'What it said of itself before it was asked about the release, the last time' }),
  copy: z.strictObject({ sizeBytes: z.int(), sha256: sha256Schema, way: z.string(), durationMs: z.number() }).optional(),
  errors: z.array(errorData),
});
export type RecordedGuest = z.infer<typeof recordedGuest>;

/**
 * Names what {@link foldRecord} makes of a plan and a journal. Raised with every change that gives a finished run another record, so that a lab says
 * of records of another one that it cannot make them again, instead of calling them wrong. Runs before there was a number are of version 1.
 */
export const FOLD_VERSION = 3;

/** `record.json`: a run in one value. A pure fold of the plan and the journal; `lab report` and `lab verify` make it again and compare. */
export const runRecord = z.strictObject({
  $schema: z.literal('record.v1.json'),
  fold: z.literal(FOLD_VERSION).meta({ description: 'Version of the fold that made it; absent in records of version 1' }),
  runId: z.string().transform((text) => text as RunId),
  labVersion: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().optional(),
  durationMs: z.number().optional(),
  host: hostFacts,
  verdict: z.enum(verdicts),
  reasons: z.array(z.string()).meta({ description: 'Why the verdict is what it is, one sentence each; never empty unless accepted' }),
  assurance: assuranceSchema.optional().meta({ description: 'Of the weakest guest; absent when none came up' }),
  bundle: z
    .strictObject({
      product: z.string(),
      version: z.string(),
      commit: z.string(),
      digest: sha256Schema,
      archive: z.strictObject({ fileName: z.string(), sha256: sha256Schema, sizeBytes: z.int() }),
      files: z.int(),
    })
    .optional(),
  steps: z.array(
    z.strictObject({ step: z.enum(stepNames), durationMs: z.number().optional(), error: errorData.optional(), lines: z.array(factLine) }),
  ),
  scans: z.array(scanResult),
  suppressed: z
    .array(z.strictObject({ scanner: z.string(), finding: scanFinding, ...exceptionTerms }))
    .meta({ description: 'Findings of the scans that somebody answers for' }),
  checks: z.array(z.strictObject({ id: z.string(), title: z.string(), question: z.string() })),
  guests: z.array(recordedGuest),
  cells: z.array(recordedCell),
  warnings: z.array(z.strictObject({ code: z.string(), message: z.string(), guest: z.string().optional() })),
  retries: z.array(z.strictObject({ what: z.string(), attempt: z.int(), error: errorData })),
  errors: z.array(errorData),
  plan: sha256Schema.optional(),
});
export type RunRecord = z.infer<typeof runRecord>;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Folds a run's plan and journal into its record. Pure: the same lines give the same record. */
export function foldRecord(plan: Plan, lines: readonly JournalLine[]): RunRecord {
  const first = lines[0];
  if (first === undefined || first.event.type !== 'run-started') throw new TypeError('a journal begins with run-started');
  const record: Mutable<RunRecord> = {
    $schema: 'record.v1.json',
    fold: FOLD_VERSION,
    runId: first.event.runId,
    labVersion: first.event.labVersion,
    startedAt: first.at,
    host: first.event.host,
    verdict: 'blocked',
    reasons: [],
    steps: [],
    scans: [],
    suppressed: [],
    checks: plan.checks,
    guests: plan.guests.map((spec) => ({ spec, errors: [] })),
    cells: plan.cells.map((cell) => ({ ...cell, outcome: { kind: 'missing' }, highlights: [], evidence: [], alongside: [] })),
    warnings: [],
    retries: [],
    errors: [],
  };
  let interruptedBy: string | undefined;
  const guestOf = (name: string): RecordedGuest | undefined => record.guests.find((guest) => guest.spec.name === name);
  for (const { at, event } of lines) {
    switch (event.type) {
      case 'run-started':
      case 'step-progress':
      case 'guest-acquiring':
      case 'guest-rewound':
      case 'guest-released':
      case 'cell-started':
      case 'cell-waiting':
      case 'cell-waited':
        break;
      case 'plan-written':
        record.plan = event.sha256;
        break;
      case 'step-started':
        record.steps.push({ step: event.step, lines: [] });
        break;
      case 'step-finished': {
        const step = record.steps.find((candidate) => candidate.step === event.step);
        if (step) Object.assign(step, { durationMs: event.durationMs, lines: event.lines, ...(event.error ? { error: event.error } : {}) });
        if (event.error) note(record.errors, event.error);
        break;
      }
      case 'bundle-made': {
        const { type: _, ...bundle } = event;
        record.bundle = bundle;
        break;
      }
      case 'scan-finished':
        record.scans.push(event.result);
        break;
      case 'guest-ready': {
        const guest = guestOf(event.guest);
        const { assurance, isolation, platform, osVersion, productName } = event;
        if (guest) Object.assign(guest, { assurance, isolation, platform, osVersion, productName, readyMs: event.durationMs });
        break;
      }
      case 'box-examined': {
        const guest = guestOf(event.guest);
        if (guest) guest.box = event.examination;
        break;
      }
      case 'guest-failed':
        note(guestOf(event.guest)?.errors, event.error);
        break;
      case 'bundle-copied': {
        const { sizeBytes, sha256, way, durationMs } = event;
        const guest = guestOf(event.guest);
        // Copies after a rewind are the engine's business; the first one is the figure.
        if (guest && guest.copy === undefined) guest.copy = { sizeBytes, sha256, way, durationMs };
        break;
      }
      case 'retried':
        record.retries.push({ what: event.what, attempt: event.attempt, error: event.error });
        break;
      case 'cell-finished': {
        const cell = record.cells.find((candidate) => candidate.id === event.cell);
        const { outcome: ended, facts, highlights, evidence: kept, durationMs, alongside } = event;
        if (cell) Object.assign(cell, { outcome: ended, highlights, evidence: kept, durationMs, alongside, ...(facts ? { facts } : {}) });
        break;
      }
      case 'warning':
        record.warnings.push({ code: event.code, message: event.message, ...(event.guest ? { guest: event.guest } : {}) });
        break;
      case 'reporter-failed':
      case 'run-failed':
        note(record.errors, event.error);
        break;
      case 'interrupted':
        interruptedBy = event.signal;
        break;
      case 'run-finished':
        record.finishedAt = at;
        record.durationMs = event.durationMs;
        break;
    }
  }
  const assurance = weakest(record.guests.flatMap((guest) => guest.assurance ?? []));
  if (assurance) record.assurance = assurance;
  // The day of the run, so that the same journal gives the same record on any day.
  const judged = judgeScans(record.scans, plan.scans, plan.policy.scans, first.at.slice(0, 10));
  record.suppressed = [...judged.suppressed];
  record.warnings.push(...judged.stale.map((message) => ({ code: 'scan-exception-stale', message })));
  Object.assign(record, decide(record, plan, judged, interruptedBy));
  return record;
}

/** What an interruption broke off is told once, by the interruption. */
function note(errors: ErrorData[] | undefined, error: ErrorData): void {
  if (error.kind !== 'interrupted') errors?.push(error);
}

/** The verdict and its reasons. Interrupted beats rejected beats blocked beats accepted. */
function decide(
  record: RunRecord,
  plan: Plan,
  scans: Pick<ScanJudgement, 'rejections' | 'blocks'>,
  interruptedBy: string | undefined,
): Pick<RunRecord, 'verdict' | 'reasons'> {
  const rejections: string[] = [];
  const blocks: string[] = [];
  for (const cell of record.cells) {
    const ended = cell.outcome;
    switch (ended.kind) {
      case 'passed':
        break;
      case 'failed':
        rejections.push(...ended.findings.filter((found) => found.severity === 'error').map((found) => `${cell.id}: ${found.message}`));
        if (!ended.findings.some((found) => found.severity === 'error')) rejections.push(`${cell.id} failed`);
        break;
      case 'skipped':
        if (!plan.policy.maySkip.some((allowed) => allowed.check === cell.check && allowed.reason === ended.reason.code)) {
          blocks.push(`${cell.id} was skipped (${ended.reason.text}) and the policy does not allow that`);
        }
        break;
      case 'inconclusive':
        blocks.push(`${cell.id} is inconclusive: ${ended.error.message}`);
        break;
      case 'missing':
        blocks.push(`${cell.id} was planned and never answered`);
        break;
    }
  }
  // What a guest showed comes before what a scanner says.
  rejections.push(...scans.rejections);
  blocks.push(...scans.blocks);
  for (const error of record.errors) (error.kind === 'product' ? rejections : blocks).push(error.message);
  if (record.cells.length === 0) blocks.push('The plan is empty');
  if (record.bundle === undefined) blocks.push('No bundle was made');
  if (!record.cells.some((cell) => cell.outcome.kind === 'passed')) blocks.push(nonePassed(record.cells));
  if (record.finishedAt === undefined) blocks.push('The run never finished');
  if (interruptedBy !== undefined) return { verdict: 'interrupted', reasons: [`Stopped by ${interruptedBy}`, ...rejections, ...blocks] };
  if (rejections.length > 0) return { verdict: 'rejected', reasons: [...rejections, ...blocks] };
  if (blocks.length > 0) return { verdict: 'blocked', reasons: blocks };
  return { verdict: 'accepted', reasons: [] };
}

/** Why a run without a passed cell is no answer; where all of it was skipped, also what to do. */
function nonePassed(cells: readonly RecordedCell[]): string {
  const skips = cells.flatMap(({ outcome: ended }) => (ended.kind === 'skipped' ? [ended.reason.text] : []));
  if (cells.length === 0 || skips.length < cells.length) return 'Not one cell passed';
  const why = [...new Set(skips)].slice(0, 3).join('; ');
  return `Not one cell passed: all of them were skipped (${why}), and a skip is no answer; ask another check as well, or guests that can answer`;
}

/** The process exit code that says a verdict. */
export const exitCodeOf = (verdict: Verdict): number => ({ accepted: 0, rejected: 1, blocked: 3, interrupted: 130 })[verdict];
