import { z } from 'zod';
import type { Assurance } from './assurance.ts';
import type { BoxExpectation, BoxPolicy } from './box-policy.ts';
import { type BoxFact, type BoxFactName, type BoxTruth, boxFactNames, boxFactText, isRepairable } from './box-truth.ts';

/** One fact held against what is demanded of it. */
export const boxVerdict = z.strictObject({
  fact: z.enum(boxFactNames as [BoxFactName, ...BoxFactName[]]),
  state: z.enum(['right', 'wrong', 'unknown', 'not-applicable']),
  fatal: z.boolean().meta({ description: 'Whether the guest’s answers count for nothing because of it' }),
  expected: z.string(),
  actual: z.string(),
});
export type BoxVerdict = z.infer<typeof boxVerdict>;

/**
 * Holds what a guest said of itself against the policy, and its build against the one that was asked for. Pure; in the order of the facts. What does
 * not claim to be Windows is not blamed for being something else.
 */
export function judgeBox(truth: BoxTruth, policy: BoxPolicy, build: number, assurance: Assurance): readonly BoxVerdict[] {
  return boxFactNames.flatMap((name): readonly BoxVerdict[] => {
    const expectation: BoxExpectation | undefined = name === 'osBuild' ? { oneOf: [build], fatal: true } : policy.expect[name];
    if (expectation === undefined || (name === 'system' && assurance !== 'windows')) return [];
    return [verdictOn(name, truth[name], expectation)];
  });
}

function verdictOn(name: BoxFactName, found: BoxFact, expectation: BoxExpectation): BoxVerdict {
  const about = { fact: name, expected: expectationText(expectation), actual: boxFactText(found) } as const;
  switch (found.state) {
    case 'not-applicable':
      return { ...about, state: 'not-applicable', fatal: false };
    case 'unknown':
      // What must hold and cannot be seen does not hold.
      return { ...about, state: 'unknown', fatal: expectation.fatal };
    case 'known': {
      const right = holds(found.value, expectation);
      return { ...about, state: right ? 'right' : 'wrong', fatal: !right && expectation.fatal };
    }
  }
}

function holds(value: string | number | boolean | readonly string[], { oneOf, atLeast, atMost, within, empty }: BoxExpectation): boolean {
  if (Array.isArray(value)) {
    if (oneOf !== undefined && !value.every((item: string) => oneOf.includes(item))) return false;
    return !(empty === true && value.length > 0) && atLeast === undefined && atMost === undefined && within === undefined;
  }
  const single = value as string | number | boolean;
  if (oneOf !== undefined && !oneOf.includes(single)) return false;
  if (empty === true && single !== '') return false;
  if (atLeast === undefined && atMost === undefined && within === undefined) return true;
  if (typeof single !== 'number') return false;
  return (
    (atLeast === undefined || single >= atLeast) &&
    (atMost === undefined || single <= atMost) &&
    (within === undefined || Math.abs(single) <= within)
  );
}

/** A demand in words: `one of true`, `at least 2`. */
export function expectationText({ oneOf, atLeast, atMost, within, empty }: BoxExpectation): string {
  const parts = [
    oneOf?.length === 1 ? String(oneOf[0]) : oneOf && `one of ${oneOf.join(', ')}`,
    atLeast === undefined ? undefined : `at least ${atLeast}`,
    atMost === undefined ? undefined : `at most ${atMost}`,
    within === undefined ? undefined : `within ${within} of 0`,
    empty ? 'none' : undefined,
  ].filter((part) => part !== undefined);
  return parts.join(', ') || 'anything';
}

/** What could be put right: wrong, and known to be repairable. What is unknown is left alone. */
export const worthRepairing = (verdicts: readonly BoxVerdict[]) =>
  verdicts.flatMap(({ fact, state }) => (state === 'wrong' && isRepairable(fact) ? [fact] : []));
