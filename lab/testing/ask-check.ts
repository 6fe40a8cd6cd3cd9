import type { Assurance } from '../core/assurance.ts';
import type { Check } from '../core/check.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Policy } from '../core/policy.ts';
import { validate } from '../core/validate.ts';
import { openCall } from './calls.ts';
import { type MemoryGuest, type MemoryGuestParts, memoryGuest } from './fakes/memory-guest.ts';
import { samplePolicy } from './fixtures/sample-policy.ts';

/** What came of asking one check. */
export interface Answer<Facts> {
  readonly facts: Facts;
  readonly outcome: Outcome;
  readonly guest: MemoryGuest;
}

/** Asks a check of a guest in memory as the lab does: the facts go through JSON and their schema before they are judged. */
export async function askCheck<Facts>(
  check: Check<Facts>,
  parts: MemoryGuestParts,
  { policy = samplePolicy, assurance = 'emulated' }: { readonly policy?: Policy; readonly assurance?: Assurance } = {},
): Promise<Answer<Facts>> {
  const guest = memoryGuest(parts);
  await check.prepare?.(guest, openCall());
  const facts = readFacts(check, JSON.parse(JSON.stringify(await check.probe(guest, guest.evidence, openCall()))));
  return { facts, outcome: check.judge(facts, policy, assurance), guest };
}

/** Facts as they are read back: valid against the check's schema, or a `file.invalid`. */
export const readFacts = <Facts>(check: Check<Facts>, value: unknown): Facts =>
  validate({ file: `facts/${check.id}.v1.json`, title: `Facts of ${check.id}`, schema: check.facts }, value, 'the test');

/** Stable words for an outcome: the codes of its findings without the check's name, the code of its error, or its kind. */
export function codesOf(outcome: Outcome): readonly string[] {
  switch (outcome.kind) {
    case 'failed':
      return outcome.findings.map((found) => found.code.replace(/^[^.]+\./, ''));
    case 'inconclusive':
      return [outcome.error.code];
    case 'skipped':
      return [outcome.reason.code];
    case 'passed':
      return ['passed'];
  }
}
