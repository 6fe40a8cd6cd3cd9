import { z } from 'zod';
import type { Format } from './formats.ts';
import { boxRepair, boxTruth } from './box-truth.ts';
import { boxVerdict } from './judge-box.ts';

/** What a guest was found to be, what was put right, and how that was judged. */
export const boxExamination = z.strictObject({
  truth: boxTruth.meta({ description: 'After all repairs' }),
  verdicts: z.array(boxVerdict),
  repairs: z
    .array(z.strictObject({ ...boxRepair.shape, before: z.string() }))
    .meta({ description: 'What was tried, with the value before it' }),
});
export type BoxExamination = z.infer<typeof boxExamination>;

/** What a guest says of itself, as a format. */
export const boxTruthFormat = {
  file: 'facts/box-truth.v1.json',
  title: 'What a guest really is',
  schema: boxTruth,
} as const satisfies Format;

/** What is wrong with a box, worst first, one sentence each. */
export const boxProblems = ({ verdicts }: BoxExamination): readonly string[] =>
  verdicts
    .filter(({ state }) => state === 'wrong' || state === 'unknown')
    .toSorted((a, b) => Number(b.fatal) - Number(a.fatal))
    .map(({ fact, expected, actual }) => `${fact} is ${actual} and should be ${expected}`);
