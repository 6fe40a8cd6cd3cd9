import type { RecordedCell } from '../../core/record.ts';

/** What became of a cell, `missing` included. */
export type OutcomeKind = RecordedCell['outcome']['kind'];

export interface OutcomeWords {
  /** One character that tells outcomes apart without colour. */
  readonly symbol: string;
  readonly word: string;
}

const words: Readonly<Record<OutcomeKind, OutcomeWords>> = {
  passed: { symbol: '✔', word: 'passed' },
  failed: { symbol: '✘', word: 'failed' },
  skipped: { symbol: '–', word: 'skipped' },
  inconclusive: { symbol: '?', word: 'inconclusive' },
  missing: { symbol: '!', word: 'missing' },
};

/** How an outcome is shown: a symbol and a word, so that nothing hangs on colour alone. */
export const outcomeWords = (kind: OutcomeKind): OutcomeWords => words[kind];

/** All outcomes, the worst first: the order in which a reader should meet them. */
export const worstFirst: readonly OutcomeKind[] = ['failed', 'missing', 'inconclusive', 'skipped', 'passed'];
