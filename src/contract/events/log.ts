import * as z from 'zod';
import { transfer } from '../plan.ts';
import { type OperationState, operationStates } from '../stay-reasons.ts';
import { count, figures } from './figures.ts';

/** Events of `log`. */
export const logEvents = [
  z.strictObject({
    type: z.literal('operation'),
    operation: z.string(),
    at: z.iso.datetime().meta({ description: 'When it began' }),
    state: z.enum(Object.keys(operationStates) as [OperationState, ...OperationState[]]),
    transfer: transfer.optional(),
    source: z.string().optional().meta({ description: 'Absolute path; absent, like the others, when the line that tells it is damaged' }),
    destination: z.string().optional(),
    planned: count.optional().meta({ description: 'Files that the plan names' }),
    moved: count.meta({ description: 'Files that are at their destination because of it' }),
    failed: count,
  }),
  z.strictObject({
    type: z.literal('log-summary'),
    operations: count.meta({ description: 'In the journal' }),
    shown: count,
    lines: count,
    damaged: count.meta({ description: 'Lines that nothing can be made of' }),
    journal: z.string().meta({ description: 'Absolute path of `rollback.jsonl`' }),
    ...figures,
  }),
] as const;
