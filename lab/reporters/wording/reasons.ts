import { scanAbsence, scanRejection } from '../../core/judge-scans.ts';
import type { RunRecord } from '../../core/record.ts';
import { plainLine, plainText } from './plain-text.ts';

/** Why the verdict is what it is, with what to do about it where the record knows. */
export interface Reason {
  readonly text: string;
  readonly hint?: string;
  /** The cell it is about, where it is about one. */
  readonly cell?: string;
}

const MOST_TEXT = 600;

/**
 * The record's reasons, each joined with the fix of its finding or the hint of its error, harmless to show. A hint that several reasons share
 * stands at each of them: a reader may stop after the first.
 */
export function reasonsOf(record: RunRecord): readonly Reason[] {
  const known = new Map<string, { hint?: string; cell?: string }>();
  for (const error of record.errors) known.set(error.message, { hint: error.hint });
  for (const cell of record.cells) {
    const ended = cell.outcome;
    switch (ended.kind) {
      case 'failed':
        for (const found of ended.findings) known.set(`${cell.id}: ${found.message}`, { hint: found.fix, cell: cell.id });
        known.set(`${cell.id} failed`, { cell: cell.id });
        break;
      case 'inconclusive':
        known.set(`${cell.id} is inconclusive: ${ended.error.message}`, { hint: ended.error.hint, cell: cell.id });
        break;
      case 'skipped':
        known.set(`${cell.id} was skipped (${ended.reason.text}) and the policy does not allow that`, {
          hint: 'Run the check where it applies, or allow the skip in `policy.maySkip` of lab.config.json.',
          cell: cell.id,
        });
        break;
      case 'missing':
        known.set(`${cell.id} was planned and never answered`, { cell: cell.id });
        break;
      case 'passed':
        break;
    }
  }
  for (const { scanner, outcome } of record.scans) {
    if (outcome.kind === 'findings') for (const found of outcome.findings) known.set(scanRejection(scanner, found), { hint: found.fix });
    else if (outcome.kind === 'not-run') known.set(scanAbsence(scanner, outcome.reason), { hint: outcome.fix });
  }
  return record.reasons.map((reason) => {
    const more = known.get(reason);
    return {
      text: plainLine(reason, MOST_TEXT),
      ...(more?.hint === undefined ? {} : { hint: plainText(more.hint, MOST_TEXT) }),
      ...(more?.cell === undefined ? {} : { cell: more.cell }),
    };
  });
}
