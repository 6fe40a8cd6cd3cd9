import * as z from 'zod';
import { type StayReason, stayReasons } from './stay-reasons.ts';

const relativePath = z.string().min(1).meta({ description: 'Below `source` or `destination`, `/` between parts' });
const companionOf = relativePath.optional().meta({ description: 'The video that this file belongs to, below `source`' });

/** One file that is to move. */
export const plannedMove = z.strictObject({
  from: relativePath,
  to: relativePath,
  sizeBytes: z.int().min(0),
  modifiedMs: z.int().meta({ description: 'When the file was last written, in whole milliseconds since 1970' }),
  companionOf,
});
export type PlannedMove = z.infer<typeof plannedMove>;

/** One file that stays where it is. Reasons in `conflictReasons` make the plan one with conflicts. */
export const plannedStay = z.strictObject({
  path: relativePath,
  reason: z.enum(Object.keys(stayReasons) as [StayReason, ...StayReason[]]),
  to: relativePath.optional().meta({ description: 'Where it would have gone' }),
  better: relativePath.optional().meta({ description: 'The file that gets the name instead, below `source`' }),
  companionOf,
});
export type PlannedStay = z.infer<typeof plannedStay>;

/** How files get to their destination. */
export const transfer = z.enum(['move', 'copy']);
export type Transfer = z.infer<typeof transfer>;

/** A plan file: what `organize` would do. */
export const plan = z.strictObject({
  $schema: z.literal('plan.v1.json'),
  madeAt: z.iso.datetime(),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({
      description:
        'SHA-256 of what the plan was made from and what it came to: the JSON, without white space, of [source, destination, transfer, moves as [from, to, sizeBytes, modifiedMs, companionOf or null], stays as [path, reason, to or null, better or null, companionOf or null]]',
    }),
  source: z.string().meta({ description: 'Absolute path' }),
  destination: z.string().meta({ description: 'Absolute path' }),
  transfer,
  moves: z.array(plannedMove).meta({ description: 'In the order they are made' }),
  stays: z.array(plannedStay),
});
export type Plan = z.infer<typeof plan>;
