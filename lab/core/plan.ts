import { z } from 'zod';
import { guestSpec } from './guest.ts';
import type { CellId, CheckId, GuestName } from './ids.ts';
import { policy } from './policy.ts';
import { skipReason } from './outcome.ts';

/** One question to one guest. `skip` is set where the check does not apply; the cell is planned all the same, so that nothing is missing. */
export const plannedCell = z.strictObject({
  id: z.string().transform((text) => text as CellId),
  check: z.string().transform((text) => text as CheckId),
  guest: z.string().transform((text) => text as GuestName),
  lane: z.enum(['guest', 'host']),
  startsFrom: z.enum(['pristine', 'installed']),
  skip: skipReason.optional(),
});
export type PlannedCell = z.infer<typeof plannedCell>;

/** `plan.json`: all that a run is to find out, written before any guest starts. A planned cell without a result blocks the run. */
export const plan = z.strictObject({
  $schema: z.literal('plan.v1.json'),
  guests: z.array(guestSpec).min(1),
  checks: z.array(z.strictObject({ id: z.string(), title: z.string(), question: z.string() })).min(1),
  cells: z.array(plannedCell).min(1),
  scans: z.array(z.string()).meta({ description: 'Scanners that have to answer for the release; one that does not blocks the run' }),
  policy,
});
export type Plan = z.infer<typeof plan>;
