import { z } from 'zod';
import { boxExamination } from './box-examination.ts';
import { sha256Schema } from './bundle.ts';
import { errorData } from './error.ts';
import { factLine } from './fact-line.ts';
import { assuranceSchema, guestSpec, isolationSchema } from './guest.ts';
import type { CellId, GuestName, RunId } from './ids.ts';
import { outcome } from './outcome.ts';
import { scanResult } from './scan.ts';

const guest = z.string().transform((text) => text as GuestName);
const cell = z.string().transform((text) => text as CellId);
const durationMs = z.number().min(0);
const sizeBytes = z.int().min(0);

/** A kept file: its digest is its name in the run's `evidence` folder. */
export const evidence = z.strictObject({ sha256: sha256Schema, title: z.string(), mediaType: z.string(), sizeBytes });
export type Evidence = z.infer<typeof evidence>;

/** The machine a run took place on. Nothing in it names a person or a path. */
export const hostFacts = z.strictObject({
  os: z.string(),
  kernel: z.string(),
  architecture: z.string(),
  logicalProcessors: z.int().min(1),
  memoryBytes: sizeBytes,
  node: z.string(),
});
export type HostFacts = z.infer<typeof hostFacts>;

/** The process that keeps others from measuring, as it says of itself. */
export const laneHolder = z.strictObject({ pid: z.int().positive(), purpose: z.string(), since: z.iso.datetime() });
export type LaneHolder = z.infer<typeof laneHolder>;

/** The host stages of a run, in the order a reader expects them. */
export const stepNames = ['build', 'sign', 'bundle', 'scan', 'prepare-guests'] as const;
export type StepName = (typeof stepNames)[number];
const step = z.enum(stepNames);

/**
 * Everything that can happen in a run. The journal holds these, the record is a fold of them, reporters see nothing else; a new member makes
 * every reporter fail to compile until it says what to show.
 */
export const labEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('run-started'),
    runId: z.string().transform((text) => text as RunId),
    labVersion: z.string(),
    command: z.string(),
    host: hostFacts,
  }),
  z.strictObject({ type: z.literal('plan-written'), sha256: sha256Schema, guests: z.array(guestSpec), cells: z.array(cell) }),
  z.strictObject({ type: z.literal('step-started'), step }),
  z.strictObject({
    type: z.literal('step-progress'),
    step,
    what: z.string(),
    done: z.number().optional(),
    total: z.number().optional(),
    unit: z.enum(['bytes', 'files', 'steps']).optional(),
  }),
  z.strictObject({ type: z.literal('step-finished'), step, durationMs, error: errorData.optional(), lines: z.array(factLine) }),
  z.strictObject({
    type: z.literal('bundle-made'),
    product: z.string(),
    version: z.string(),
    commit: z.string(),
    digest: sha256Schema,
    archive: z.strictObject({ fileName: z.string(), sha256: sha256Schema, sizeBytes }),
    files: z.int().min(1),
  }),
  z.strictObject({ type: z.literal('scan-finished'), result: scanResult }),
  z.strictObject({ type: z.literal('guest-acquiring'), guest }),
  z.strictObject({
    type: z.literal('guest-ready'),
    guest,
    assurance: assuranceSchema,
    isolation: isolationSchema,
    platform: z.string(),
    osVersion: z.string(),
    productName: z.string(),
    durationMs,
  }),
  z.strictObject({ type: z.literal('box-examined'), guest, examination: boxExamination, durationMs }),
  z.strictObject({ type: z.literal('guest-rewound'), guest, durationMs }),
  z.strictObject({ type: z.literal('guest-failed'), guest, error: errorData }),
  z.strictObject({ type: z.literal('guest-released'), guest, kept: z.boolean(), durationMs }),
  z.strictObject({ type: z.literal('bundle-copied'), guest, sizeBytes, sha256: sha256Schema, way: z.string(), durationMs }),
  z.strictObject({ type: z.literal('retried'), what: z.string(), attempt: z.int().min(1), error: errorData }),
  z.strictObject({ type: z.literal('cell-started'), cell }),
  z.strictObject({
    type: z.literal('cell-waiting'),
    cell,
    holder: laneHolder.meta({ description: 'Another lab on this machine that measures, and has to end first' }),
  }),
  z.strictObject({ type: z.literal('cell-waited'), cell, durationMs }),
  z.strictObject({
    type: z.literal('cell-finished'),
    cell,
    outcome,
    facts: sha256Schema.optional().meta({ description: 'Evidence that holds the facts, valid against schemas/facts/<check>.v1.json' }),
    highlights: z.array(factLine),
    evidence: z.array(evidence),
    durationMs,
    alongside: z.array(cell).meta({ description: 'Cells that were running on the host at the same time' }),
  }),
  z.strictObject({ type: z.literal('warning'), code: z.string(), message: z.string(), guest: guest.optional() }),
  z.strictObject({ type: z.literal('reporter-failed'), reporter: z.string(), error: errorData }),
  z.strictObject({ type: z.literal('interrupted'), signal: z.string() }),
  z.strictObject({ type: z.literal('run-failed'), error: errorData }),
  z.strictObject({ type: z.literal('run-finished'), durationMs }),
]);
export type LabEvent = z.infer<typeof labEvent>;

/** A line of `events.ndjson`. `previous` is the SHA-256 of the line before without its newline; the first line has 64 zeros. */
export const journalLine = z.strictObject({
  sequence: z.int().min(0),
  at: z.iso.datetime(),
  previous: sha256Schema,
  event: labEvent,
});
export type JournalLine = z.infer<typeof journalLine>;
