import type { AccuracyCase } from './accuracy-cases.ts';
import type { MatchCandidate } from './candidate.ts';
import type { Matcher, MatchResult } from './match-name.ts';

/** How one case went. */
export interface AccuracyOutcome {
  readonly one: AccuracyCase;
  /** Place of the right title among the candidates, from 1; 0 when it is not among them. Of nothing, 1 when the matcher is not sure of anything. */
  readonly rank: number;
  readonly placed: boolean;
  readonly result: MatchResult;
}

/** What a measurement came to. Shares from 0 to 1. */
export interface Accuracy {
  readonly outcomes: readonly AccuracyOutcome[];
  readonly atOne: number;
  readonly atThree: number;
  /** Of the cases whose season and episode are known and whose title is first. */
  readonly placed: number;
  /** Of the cases with the verdict `matched`, those that are right. */
  readonly sureAndRight: number;
  readonly sure: number;
}

/** What a candidate is, in the form that cases use. */
export const described = (candidate: Pick<MatchCandidate, 'kind' | 'title' | 'year'>, english: string): string =>
  `${candidate.kind} ${english} (${candidate.year ?? '?'})`;

/** Matches every case. `nameOf` gives the English title of a candidate, by which cases call it. */
export async function measureAccuracy(
  cases: readonly AccuracyCase[],
  matcher: Matcher,
  nameOf: (candidate: MatchCandidate) => string,
  signal: AbortSignal,
): Promise<Accuracy> {
  const outcomes: AccuracyOutcome[] = [];
  for (const one of cases) {
    const result = await matcher.match(one.name, signal);
    const found = result.candidates.findIndex((candidate) => described(candidate, nameOf(candidate)) === one.means) + 1;
    const rank = one.means === 'nothing' ? Number(result.verdict !== 'matched') : found;
    const place = result.candidates[0]?.place;
    const said = place === undefined ? undefined : `S${place.season} E${place.episodes.join('-')}`;
    outcomes.push({ one, rank, placed: rank === 1 && said === one.place, result });
  }
  const share = (part: readonly AccuracyOutcome[], whole: readonly AccuracyOutcome[]): number => part.length / Math.max(1, whole.length);
  const placeable = outcomes.filter(({ one, rank }) => one.place !== undefined && rank === 1);
  const sure = outcomes.filter(({ result }) => result.verdict === 'matched');
  return {
    outcomes,
    atOne: share(
      outcomes.filter(({ rank }) => rank === 1),
      outcomes,
    ),
    atThree: share(
      outcomes.filter(({ rank }) => rank >= 1 && rank <= 3),
      outcomes,
    ),
    placed: share(
      placeable.filter(({ placed }) => placed),
      placeable,
    ),
    sureAndRight: share(
      sure.filter(({ rank }) => rank === 1),
      sure,
    ),
    sure: share(sure, outcomes),
  };
}
