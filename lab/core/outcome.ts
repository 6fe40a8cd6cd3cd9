import { z } from 'zod';
import { errorData } from './error.ts';

/** One thing that is wrong with the product, or worth knowing about it. */
export const finding = z.strictObject({
  code: z.string().meta({ description: 'Stable identifier, `<check>.<what>`' }),
  severity: z.enum(['error', 'warning', 'note']),
  message: z.string(),
  fix: z.string().meta({ description: 'What the maintainer can do about it' }),
});
export type Finding = z.infer<typeof finding>;

/** Why a cell was not answered although nothing went wrong. Every reason is known to the policy by its code. */
export const skipReason = z.strictObject({
  code: z.enum(['emulated-guest', 'not-applicable', 'not-selected']),
  text: z.string(),
});
export type SkipReason = z.infer<typeof skipReason>;

/** What became of one cell. `failed` is the product's fault, `inconclusive` the lab's; only `passed` is green. */
export const outcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('passed') }),
  z.strictObject({ kind: z.literal('failed'), findings: z.array(finding).min(1) }),
  z.strictObject({ kind: z.literal('skipped'), reason: skipReason }),
  z.strictObject({ kind: z.literal('inconclusive'), error: errorData }),
]);
export type Outcome = z.infer<typeof outcome>;
