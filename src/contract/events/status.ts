import * as z from 'zod';
import { transfer } from '../plan.ts';
import { type OperationState, operationStates } from '../stay-reasons.ts';
import { count } from './figures.ts';
import { keyReport, settingReport } from './settings.ts';

const hitRate = z.number().min(0).max(1).nullable().meta({ description: '`null` when nothing was asked' });

/** What a line of `status --diag` is about. */
export const diagnosisTopics = [
  'program',
  'runtime',
  'system',
  'terminal',
  'environment',
  'settings',
  'state',
  'operations',
  'cache',
  'limiter',
  'log',
  'component',
] as const;
export type DiagnosisTopic = (typeof diagnosisTopics)[number];

const detail = z.union([z.string(), z.number(), z.boolean()]).nullable();
export type DiagnosisDetails = Readonly<Record<string, z.infer<typeof detail>>>;

/** Events of `status`. */
export const statusEvents = [
  z.strictObject({
    type: z.literal('status'),
    version: z.string(),
    operations: count.meta({ description: 'Operations in the journal' }),
    lastOperation: z
      .strictObject({
        operation: z.string(),
        at: z.iso.datetime().meta({ description: 'When it began' }),
        state: z.enum(Object.keys(operationStates) as [OperationState, ...OperationState[]]),
        transfer: transfer.optional(),
        source: z.string().optional(),
        destination: z.string().optional(),
        planned: count.optional(),
        moved: count,
        failed: count,
      })
      .nullable(),
    cache: z
      .strictObject({ entries: count, bytes: count, mostBytes: count, quarantined: count, hitRate, lastHitRate: hitRate })
      .nullable()
      .meta({ description: '`null` when it cannot be used; a `problem` says why' }),
    limiter: z.strictObject({
      state: z.enum(['free', 'paused']).meta({ description: '`paused`: TMDB asked for a pause, which every process keeps' }),
      pausedUntil: z.iso.datetime().optional(),
      tokens: count.meta({ description: 'Requests that may start within a second, by all processes together' }),
      taken: count,
    }),
    tmdbKey: keyReport.nullable(),
    settings: z.array(settingReport),
  }),
  z.strictObject({
    type: z.literal('diagnosis'),
    about: z.enum(diagnosisTopics),
    details: z.record(z.string(), detail).meta({ description: 'Without keys, home folders and names of files' }),
  }),
  z.strictObject({ type: z.literal('diagnosis-summary'), lines: count, problems: count }),
] as const;
