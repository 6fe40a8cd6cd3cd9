import { z } from 'zod';

const relativePath = z.string().min(1).meta({ description: 'Below `source` or `destination`, `/` between parts' });

/** One file that is to move. */
export const plannedMove = z.strictObject({ from: relativePath, to: relativePath, sizeBytes: z.int().min(0) });
export type PlannedMove = z.infer<typeof plannedMove>;

/** Why a file stays where it is. */
export const stayReasons = {
  'in-place': 'It already has its name and place.',
  'not-understood': 'Its name gives no title.',
  'no-episode': 'Its name gives no episode number and does not say that it is a film.',
  'same-destination': 'Another file would get the same name.',
  'destination-exists': 'A file with that name is already there.',
} as const;
export type StayReason = keyof typeof stayReasons;

/** One file that stays where it is. Reasons in {@link conflictReasons} make the plan one with conflicts. */
export const plannedStay = z.strictObject({
  path: relativePath,
  reason: z.enum(Object.keys(stayReasons) as [StayReason, ...StayReason[]]),
  to: relativePath.optional().meta({ description: 'Where it would have gone' }),
});
export type PlannedStay = z.infer<typeof plannedStay>;

export const conflictReasons: readonly StayReason[] = ['same-destination', 'destination-exists'];

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
