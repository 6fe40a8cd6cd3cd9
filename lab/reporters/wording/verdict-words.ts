import { type Assurance, assuranceLabel } from '../../core/assurance.ts';
import type { RunRecord, Verdict } from '../../core/record.ts';

const rehearsalWord: Readonly<Record<Exclude<Assurance, 'windows'>, string>> = { emulated: 'rehearsal', simulated: 'simulation' };

/**
 * A verdict in words that cannot be misread: what was decided on anything but Windows is called what it is.
 * `ACCEPTED`, `ACCEPTED as a rehearsal (emulated, not Windows)`, `REJECTED in a rehearsal (…)`.
 */
export function verdictWords(
  verdict: Verdict,
  assurance: Assurance | undefined,
): { readonly headline: string; readonly qualifier: string | undefined } {
  const headline = verdict.toUpperCase();
  if (assurance === undefined || assurance === 'windows') return { headline, qualifier: undefined };
  const preposition = verdict === 'accepted' ? 'as' : 'in';
  return { headline, qualifier: `${preposition} a ${rehearsalWord[assurance]} (${assuranceLabel[assurance]})` };
}

/** How much of a run that is not worth Windows was learnt elsewhere, as the end of a sentence. */
export const learntElsewhere = ({ guests }: Pick<RunRecord, 'guests'>): string =>
  guests.some((guest) => guest.assurance === 'windows') ? 'not all of this was learnt on Windows' : 'nothing here was learnt on Windows';

/** A sentence or two on what the verdict is worth. */
export function verdictMeaning(record: Pick<RunRecord, 'verdict' | 'assurance' | 'cells' | 'guests'>): string {
  switch (record.verdict) {
    case 'accepted': {
      const skips = record.cells.some((cell) => cell.outcome.kind === 'skipped');
      const answered = skips
        ? 'No check found a fault; what was skipped, the policy allows to skip.'
        : 'Every planned check was answered and none found a fault.';
      return record.assurance === 'windows' ? answered : `${answered} It was a rehearsal: ${learntElsewhere(record)}.`;
    }
    case 'rejected':
      return 'The release has faults.';
    case 'blocked':
      return 'The lab could not decide. This says nothing against the release, and nothing for it.';
    case 'interrupted':
      return 'The run was stopped before it was over, so nothing was decided.';
  }
}
