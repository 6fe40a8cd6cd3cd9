import { z } from 'zod';
import { boxPolicy } from './box-policy.ts';
import { licencePolicy, scanPolicy } from './scan-policy.ts';

/** Limits that a release must keep on guests of one assurance. */
export const budgets = z.strictObject({
  startUpMedianMs: z.number().positive().meta({ description: 'Median wall time of `anivault --version`' }),
  startUpOverRuntime: z
    .number()
    .positive()
    .optional()
    .meta({ description: 'Median start over that of Node in the same guest, at most; absent: told, and held against nobody' }),
  startUpPeakMemoryMiB: z.number().positive().meta({ description: 'Peak resident memory of a start' }),
  scanPathsPerMinute: z.number().positive().meta({ description: 'Lowest acceptable median scan throughput' }),
  scanPeakMemoryMiB: z.number().positive().meta({ description: 'Peak resident memory of a scan' }),
});
export type Budgets = z.infer<typeof budgets>;

/** What the lab demands of a release. Judges read it; the gate reads the verdict. */
export const policy = z.strictObject({
  signature: z.enum(['required', 'optional']).meta({ description: 'Whether an unsigned executable fails the smartscreen check' }),
  maySkip: z
    .array(
      z.strictObject({
        check: z.string().meta({ description: 'Check that may be skipped' }),
        reason: z.enum(['emulated-guest', 'not-applicable']).meta({ description: 'For this reason and no other' }),
      }),
    )
    .meta({
      description: 'Skips that do not block a run; any other skip does',
    }),
  maxNoise: z
    .number()
    .positive()
    .max(5)
    .meta({ description: 'Largest acceptable A/A difference of medians as a fraction; more makes a benchmark inconclusive' }),
  allowedLeftovers: z
    .array(z.string())
    .meta({ description: 'Paths below the user profile that the program may leave behind, `*` matches within a name' }),
  budgets: z.strictObject({ windows: budgets, emulated: budgets }),
  executable: z
    .strictObject({ maxSizeMiB: z.number().positive().default(150).meta({ description: 'Largest acceptable executable' }) })
    .prefault({}),
  box: boxPolicy.prefault({}).meta({ description: 'What the machines have to be like before they are asked about the release' }),
  scans: scanPolicy.prefault({}),
  licences: licencePolicy.optional().meta({ description: 'Absent: the licence scan does not run, and says so' }),
});
export type Policy = z.infer<typeof policy>;

/** The budgets that hold for an assurance: a simulated guest is held to the emulated ones. */
export const budgetsFor = (demands: Policy, assurance: 'windows' | 'emulated' | 'simulated'): Budgets =>
  assurance === 'windows' ? demands.budgets.windows : demands.budgets.emulated;
