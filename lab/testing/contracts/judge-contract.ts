import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import type { Test } from 'tap';
import { z } from 'zod';
import { type Assurance, assurances } from '../../core/assurance.ts';
import type { Check } from '../../core/check.ts';
import { factLine } from '../../core/fact-line.ts';
import { outcome as outcomeSchema } from '../../core/outcome.ts';
import { type Policy, policy as policySchema } from '../../core/policy.ts';
import { readFacts } from '../ask-check.ts';
import { samplePolicy } from '../fixtures/sample-policy.ts';
import { mixedWith, valuesOf } from '../valid-values.ts';

const VALUES = 300;
const OUTCOMES = 'outcomes.golden.json';

export interface JudgeContract<Facts> {
  readonly check: Check<Facts>;
  /** The check's `facts` folder: recorded facts, and `outcomes.golden.json`. `invalid…` must be refused, `passed…`, `failed…` and `inconclusive…` must come out so. */
  readonly folder: string;
  /** Recorded facts that are as they should be, and what comes of them. */
  readonly good: { readonly file: string; readonly kind: 'passed' | 'skipped'; readonly assurance: Assurance };
  /** Facts that may change without changing the outcome, as patterns over paths such as `series.0.runs.3.durationMs`. All others are judged. */
  readonly neutral: readonly RegExp[];
}

/**
 * What every judge promises: recorded facts keep their outcome, invalid ones are refused, any valid facts get an answer, and from good facts no single
 * change makes better ones: a fact is either judged or declared neutral. `UPDATE_GOLDEN=1` writes the outcomes anew.
 */
export async function judgeContract<Facts>(t: Test, { check, folder, good, neutral }: JudgeContract<Facts>): Promise<void> {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.json') && file !== OUTCOMES)
    .toSorted();
  const load = (file: string): unknown => JSON.parse(readFileSync(path.join(folder, file), 'utf8'));

  await t.test('recorded facts keep their outcome', async (t) => {
    const outcomes = Object.fromEntries(
      files.flatMap((file) => {
        if (file.startsWith('invalid')) {
          t.throws(() => readFacts(check, load(file)), { code: 'file.invalid' }, `${file} is refused`);
          return [];
        }
        const facts = readFacts(check, load(file));
        const given = assurances.map((assurance) => [assurance, check.judge(facts, samplePolicy, assurance)]);
        return [[file, { outcomes: Object.fromEntries(given), highlights: check.highlights(facts) }]];
      }),
    );
    for (const file of files) {
      // failed-leftovers.json
      const [, kind] = /^(passed|failed|inconclusive)\b/.exec(file) ?? [];
      if (kind !== undefined)
        t.equal(check.judge(readFacts(check, load(file)), samplePolicy, good.assurance).kind, kind, `${file} is what it is called`);
    }
    const golden = path.join(folder, OUTCOMES);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, `${JSON.stringify(outcomes, undefined, 2)}\n`);
    t.same(outcomes, load(OUTCOMES));
  });

  const facts = readFacts(check, load(good.file));
  const kindOf = (value: Facts): string => check.judge(value, samplePolicy, good.assurance).kind;

  await t.test(`good facts: ${good.kind}`, async (t) => {
    t.equal(kindOf(facts), good.kind);
    t.same(
      check.judge(facts, samplePolicy, good.assurance),
      check.judge(structuredClone(facts), samplePolicy, good.assurance),
      'the same twice',
    );
  });

  await t.test('any valid facts get an answer', async (t) => {
    const format = { file: `facts/${check.id}.v1.json`, title: check.id, schema: check.facts };
    const policies = valuesOf({
      file: 'policy',
      title: 'policy',
      schema: policySchema.extend({ maxNoise: z.number().min(0.01).max(5) }),
    }) as fc.Arbitrary<Policy>;
    fc.assert(
      fc.property(
        fc.oneof(valuesOf(format), mixedWith(facts as object, format)),
        policies,
        fc.constantFrom(...assurances),
        (value, policy, assurance) => {
          outcomeSchema.parse(check.judge(value as Facts, policy, assurance));
          z.array(factLine).parse(check.highlights(value as Facts));
        },
      ),
      { numRuns: VALUES },
    );
    t.pass(`${VALUES} of them`);
  });

  await t.test('no single change to good facts goes unseen', async (t) => {
    const unseen: string[] = [];
    let judged = 0;
    const words = enumsOf(z.toJSONSchema(check.facts, { io: 'input' }));
    const isNeutral = (where: string): boolean => neutral.some((pattern) => pattern.test(where));
    for (const { where, value } of changesOf(facts, words, isNeutral)) {
      if (!check.facts.safeParse(value).success) continue;
      judged += 1;
      if (kindOf(value as Facts) === good.kind) unseen.push(`${where}: ${JSON.stringify(at(value, where.split('.')))}`);
    }
    t.same([...new Set(unseen)], []);
    t.ok(judged > 0);
  });
}

/** Every way to change one thing of a value: other truth, nothing, one more, much more, no text, another text or one of `words`, an empty list. */
function* changesOf(
  value: unknown,
  words: readonly string[],
  isNeutral: (where: string) => boolean,
): Generator<{ readonly where: string; readonly value: unknown }> {
  for (const keys of pathsOf(value)) {
    const where = keys.join('.');
    if (isNeutral(where)) continue;
    for (const changed of othersOf(at(value, keys), words)) yield { where, value: replaced(value, keys, changed) };
  }
}

function* pathsOf(value: unknown, where: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null) return yield where;
  if (Array.isArray(value) && value.length > 0) yield where;
  for (const [key, inner] of Object.entries(value)) yield* pathsOf(inner, [...where, key]);
}

function othersOf(value: unknown, words: readonly string[]): readonly unknown[] {
  switch (typeof value) {
    case 'boolean':
      return [!value];
    case 'number':
      return [0, value + 1, value * 1000 + 7].filter((other) => other !== value);
    case 'string':
      return ['', 'something else', ...words].filter((other) => other !== value);
    case 'object':
      return [[]];
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      return [];
  }
}

/** Every text that a schema names as one of several. */
function enumsOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, inner]) => (key === 'enum' ? (inner as string[]) : enumsOf(inner)));
}

const at = (value: unknown, where: readonly string[]): unknown =>
  where.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], value);

function replaced(value: unknown, where: readonly string[], by: unknown): unknown {
  const copy = structuredClone(value);
  const last = where.at(-1);
  if (last === undefined) return by;
  (at(copy, where.slice(0, -1)) as Record<string, unknown>)[last] = by;
  return copy;
}
