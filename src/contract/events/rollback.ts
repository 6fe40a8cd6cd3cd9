import * as z from 'zod';
import { transfer } from '../plan.ts';
import { type KeepReason, keepReasons } from '../stay-reasons.ts';
import { count, figures } from './figures.ts';
import { failureCause } from './organize.ts';

/** Events of `rollback`. */
export const rollbackEvents = [
  z.strictObject({
    type: z.literal('undo'),
    transfer: transfer.meta({ description: 'How the file had come to `from`; what was copied is removed from there' }),
    from: z.string().meta({ description: 'Absolute path that the operation gave the file' }),
    to: z.string().meta({ description: 'Absolute path that it had before' }),
    sizeBytes: count,
    companionOf: z.string().optional().meta({ description: 'Absolute path that the video had before that this file belongs to' }),
    state: z.enum(['planned', 'undone', 'was-there', 'kept', 'failed']),
    reason: z
      .enum(Object.keys(keepReasons) as [KeepReason, ...KeepReason[]])
      .optional()
      .meta({ description: 'With `kept`: why the file stays where it is' }),
    cause: failureCause.optional(),
    problem: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal('folder-removed'),
    path: z.string().meta({ description: 'Absolute path of an empty folder that the operation had made' }),
  }),
  z.strictObject({
    type: z.literal('rollback-summary'),
    applied: z.boolean().meta({ description: 'False after a dry run' }),
    operation: z.string(),
    files: count.meta({ description: 'Files that the operation moved, or began to move' }),
    undone: count.meta({ description: 'Taken back, or what would be in a dry run' }),
    kept: count.meta({ description: 'Left where they are, so as not to lose or overwrite one' }),
    failed: count,
    folders: count.meta({ description: 'Removed; in a dry run those that the operation made' }),
    problems: count.meta({ description: 'Lines of the journal that nothing can be made of' }),
    journal: z.string(),
    ...figures,
  }),
] as const;
