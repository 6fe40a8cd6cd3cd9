import type { RunRecord } from '../../core/record.ts';
import { type ScanResult, asOf, scanInWords } from '../../core/scan.ts';
import type { OutcomeKind } from './outcome-words.ts';

/** What became of a scanner, in the words and colours of outcomes. */
export interface ScanWords {
  readonly kind: Extract<OutcomeKind, 'passed' | 'failed' | 'inconclusive'>;
  /** `clean`, `clean (as of 2026-11-21 10:00 UTC)`, `2 notes`, `1 error, 3 accepted`, `did not run` */
  readonly text: string;
}

/** How a scanner's answer is shown: findings that somebody answers for count as accepted and not against it. */
export function scanWords(result: ScanResult, suppressed: RunRecord['suppressed']): ScanWords {
  const words = wordsOf(result, suppressed);
  return { ...words, text: words.text + asOf(result) };
}

function wordsOf({ scanner, outcome }: ScanResult, suppressed: RunRecord['suppressed']): ScanWords {
  switch (outcome.kind) {
    case 'clean':
      return { kind: 'passed', text: 'clean' };
    case 'not-run':
      return { kind: 'inconclusive', text: 'did not run' };
    case 'findings': {
      const accepted = new Set(suppressed.filter((one) => one.scanner === scanner).map(({ finding }) => finding.fingerprint));
      const [first, ...more] = outcome.findings.filter(({ fingerprint }) => !accepted.has(fingerprint));
      const held = outcome.findings.length - (first === undefined ? 0 : more.length + 1);
      const standing = first === undefined ? [] : [scanInWords({ kind: 'findings', findings: [first, ...more] })];
      const failed = first !== undefined && [first, ...more].some(({ severity }) => severity === 'error');
      return { kind: failed ? 'failed' : 'passed', text: [...standing, ...(held > 0 ? [`${held} accepted`] : [])].join(', ') };
    }
  }
}
