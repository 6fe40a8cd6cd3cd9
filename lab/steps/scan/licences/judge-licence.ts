import parse, { type Info } from 'spdx-expression-parse';
import type { LicencePolicy } from '../../../core/scan-policy.ts';

/** What a policy makes of a licence expression. */
export type JudgedLicence =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'unknown' | 'denied' | 'not-allowed'; /** A clause without a capital letter. */ readonly why: string };

/** Longest expression taken apart; `OR` within `AND` multiplies. */
const MOST_CHOICES = 1024;

/**
 * Judges an SPDX licence expression (SPDX 2.3, annex D): allowed when one of the choices it offers needs only allowed licences and no denied one.
 * `WITH` makes a licence of its own, and `+` stands for later versions of the same. Pure.
 */
export function judgeLicence(expression: string, policy: Pick<LicencePolicy, 'allow' | 'deny'>): JudgedLicence {
  let choices: readonly (readonly string[])[];
  try {
    choices = choicesOf(parse(expression));
  } catch {
    return { kind: 'unknown', why: 'that is no SPDX expression of known licences' };
  }
  const without = choices.filter((choice) => !choice.some((licence) => policy.deny.includes(licence)));
  if (without.some((choice) => choice.every((licence) => policy.allow.includes(licence)))) return { kind: 'allowed' };
  const denied = [...new Set(choices.flat().filter((licence) => policy.deny.includes(licence)))];
  if (without.length === 0) return { kind: 'denied', why: `${denied.join(' and ')} ${denied.length === 1 ? 'is' : 'are'} denied` };
  const missing = [...new Set(without.flat().filter((licence) => !policy.allow.includes(licence)))];
  return { kind: 'not-allowed', why: `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not among the allowed ones` };
}

/** Each way to comply, as the licences it needs. */
function choicesOf(info: Info): readonly (readonly string[])[] {
  if ('conjunction' in info) {
    const [left, right] = [choicesOf(info.left), choicesOf(info.right)];
    if (info.conjunction === 'or') return [...left, ...right];
    if (left.length * right.length > MOST_CHOICES) throw new RangeError('too many choices');
    return left.flatMap((a) => right.map((b) => [...a, ...b]));
  }
  const licence = `${info.license}${info.plus ? '+' : ''}`;
  return [[info.exception === undefined ? licence : `${licence} WITH ${info.exception}`]];
}
