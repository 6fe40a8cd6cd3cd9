import * as z from 'zod';
import { plannedMove, plannedStay } from '../plan.ts';
import { count, figures } from './figures.ts';

/** Events of `organize`. */
export const organizeEvents = [
  plannedMove.extend({ type: z.literal('move'), state: z.enum(['planned', 'moved', 'failed']), problem: z.string().optional() }),
  plannedStay.extend({ type: z.literal('stay') }),
  z.strictObject({
    type: z.literal('organize-summary'),
    applied: z.boolean().meta({ description: 'False after a dry run' }),
    files: count,
    moves: count.meta({ description: 'Moved, or planned in a dry run' }),
    failed: count,
    stays: count,
    conflicts: count.meta({ description: 'Those of `stays` that stay because of another file' }),
    problems: count,
    operation: z.string().optional().meta({ description: 'What `rollback.jsonl` calls this run' }),
    journal: z.string().optional().meta({ description: 'Absolute path of `rollback.jsonl`' }),
    ...figures,
  }),
] as const;
