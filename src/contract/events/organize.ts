import * as z from 'zod';
import { plannedMove, plannedStay, transfer } from '../plan.ts';
import { type Difference, differences } from '../stay-reasons.ts';
import { count, figures } from './figures.ts';

/** What kept a file from being moved, or from being taken back. */
export const failureCause = z.enum(['permission', 'disk-full', 'conflict', 'changed', 'video', 'other']).meta({
  description:
    '`permission`: refused, or open in another program; `conflict`: a file came to be at the destination; `changed`: not the file that was planned; `video`: the video that it belongs to stays',
});

const move = plannedMove.omit({ modifiedMs: true });

/** Events of `organize`, and of all that carries out a plan. */
export const organizeEvents = [
  move.extend({
    type: z.literal('move'),
    state: z.enum(['planned', 'moved', 'failed']).meta({ description: '`moved` for a copy, too' }),
    cause: failureCause.optional(),
    problem: z.string().optional(),
  }),
  plannedStay.extend({ type: z.literal('stay') }),
  move.extend({
    type: z.literal('difference'),
    difference: z.enum(Object.keys(differences) as [Difference, ...Difference[]]).meta({
      description: 'How a file of a plan compares with what is there now. `gone`, `changed` and `destination-taken` make the plan stale',
    }),
  }),
  z.strictObject({
    type: z.literal('organize-summary'),
    applied: z.boolean().meta({ description: 'False after a dry run' }),
    transfer,
    files: count.meta({ description: 'Videos that were looked at; with a plan file, or when resumed, files that are to move' }),
    moves: count.meta({ description: 'Moved or copied, or planned in a dry run; companions of videos are among them' }),
    companions: count.meta({ description: 'Those of `moves` that belong to a video' }),
    failed: count,
    stays: count,
    conflicts: count.meta({ description: 'Those of `stays` that stay because of another file' }),
    problems: count,
    done: count.optional().meta({ description: 'With a plan file: those that are at their destination already' }),
    stale: count.optional().meta({ description: 'With a plan file: those that are not as they were planned' }),
    resumed: z.boolean().optional().meta({ description: 'True when an operation was gone on with' }),
    operation: z.string().optional().meta({ description: 'What `rollback.jsonl` calls this run' }),
    journal: z.string().optional().meta({ description: 'Absolute path of `rollback.jsonl`' }),
    ...figures,
  }),
] as const;
