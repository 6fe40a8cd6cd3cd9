import { z } from 'zod';
import { type BoxFactName, boxFactNames } from './box-truth.ts';

const single = z.union([z.string(), z.number(), z.boolean()]);

/** What is demanded of one fact. All parts that are there must hold. */
export const boxExpectation = z.strictObject({
  oneOf: z.array(single).min(1).optional().meta({ description: 'The value is one of these' }),
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
  within: z.number().min(0).optional().meta({ description: 'The value is so far from 0 at most' }),
  empty: z.literal(true).optional().meta({ description: 'There is none' }),
  fatal: z.boolean().meta({ description: 'Whether the cells of a guest where this does not hold are inconclusive' }),
});
export type BoxExpectation = z.infer<typeof boxExpectation>;

type Expectations = Readonly<Partial<Record<BoxFactName, BoxExpectation>>>;

/** The power plan “High performance”, by the GUID that it has on every Windows. */
const HIGH_PERFORMANCE = '8c5e7fda-e8bf-4a96-9a85-a6e23a8c635c';

/**
 * What a machine is held to where the configuration says nothing: as a user has it who has just unpacked it, since boxes for development are not
 * like that. Fatal is what would make an answer about the release wrong.
 */
export const usualBox = {
  system: { oneOf: ['windows'], fatal: true },
  activation: { oneOf: ['licensed', 'grace'], fatal: false },
  licenceDaysLeft: { atLeast: 2, fatal: true },
  realTimeProtection: { oneOf: [true], fatal: true },
  defenderMode: { oneOf: ['Normal'], fatal: true },
  signatureAgeDays: { atMost: 30, fatal: false },
  exclusions: { empty: true, fatal: true },
  smartScreen: { oneOf: ['default', 'warn', 'block'], fatal: true },
  uac: { oneOf: [true], fatal: false },
  elevated: { oneOf: [true], fatal: false },
  clockSkewMs: { within: 120_000, fatal: false },
  powerPlan: { oneOf: [HIGH_PERFORMANCE], fatal: false },
  freeDiskBytes: { atLeast: 4 * 2 ** 30, fatal: true },
  pendingReboot: { empty: true, fatal: false },
} as const satisfies Expectations;

/** What the lab demands of the machines before it asks them about the release. */
export const boxPolicy = z.strictObject({
  repair: z.boolean().default(true).meta({ description: 'Whether what can be put right without a restart is, and said so' }),
  expect: z
    .partialRecord(z.enum(boxFactNames as [BoxFactName, ...BoxFactName[]]), boxExpectation)
    .default(usualBox)
    .meta({ description: 'What each fact has to be, instead of the usual; a fact that is not named is told and not judged' }),
});
export type BoxPolicy = z.infer<typeof boxPolicy>;
