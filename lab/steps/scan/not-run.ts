import type { Scanned } from '../../core/scan.ts';

/** The answer of a scanner that could not look, with what would let it. */
export const notRun = (reason: string, fix: string): Scanned => ({
  looked: { files: 0, bytes: 0 },
  outcome: { kind: 'not-run', reason, fix },
});
