import * as z from 'zod';
import { type StayReason, stayReasons } from './stay-reasons.ts';

const relativePath = z.string().min(1).meta({ description: 'Below `source` or `destination`, `/` between parts' });

/** One file that is to move. */
export const plannedMove = z.strictObject({ from: relativePath, to: relativePath, sizeBytes: z.int().min(0) });
export type PlannedMove = z.infer<typeof plannedMove>;

/** One file that stays where it is. Reasons in `conflictReasons` make the plan one with conflicts. */
export const plannedStay = z.strictObject({
  path: relativePath,
  reason: z.enum(Object.keys(stayReasons) as [StayReason, ...StayReason[]]),
  to: relativePath.optional().meta({ description: 'Where it would have gone' }),
});
export type PlannedStay = z.infer<typeof plannedStay>;

/** A plan file: what `organize` would do. */
export const plan = z.strictObject({
  $schema: z.literal('plan.v1.json'),
  madeAt: z.iso.datetime(),
  source: z.string().meta({ description: 'Absolute path' }),
  destination: z.string().meta({ description: 'Absolute path' }),
  moves: z.array(plannedMove).meta({ description: 'In the order they are made' }),
  stays: z.array(plannedStay),
});
export type Plan = z.infer<typeof plan>;
