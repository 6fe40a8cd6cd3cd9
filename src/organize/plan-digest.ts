import { createHash } from 'node:crypto';
import type { Plan } from '../contract/plan.ts';

/**
 * The digest of what a plan was made from and what it came to: both folders, each file that moves with its size and the time it was last written, and
 * each that stays with the reason, which is where the occupancy of the destination shows. A plan whose digest is another one was damaged or changed.
 *
 * Sizes and times rather than fingerprints: a plan of 300,000 files would read 600 GB. A file that was changed keeps neither but by intent, and what is
 * about to be moved gets its fingerprint then. It is the JSON of lists in a fixed order, so that another program can make the same without knowing in
 * which order this one writes keys.
 */
export function planDigest(plan: Omit<Plan, 'digest' | 'madeAt' | '$schema'>): string {
  const hash = createHash('sha256');
  // Piece by piece: as one text it would be larger than all else in memory.
  const add = (value: unknown): unknown => hash.update(JSON.stringify(value));
  const addList = (rows: readonly (readonly unknown[])[]): void => {
    hash.update('[');
    for (const [index, row] of rows.entries()) {
      if (index > 0) hash.update(',');
      add(row);
    }
    hash.update(']');
  };
  hash.update('[');
  for (const text of [plan.source, plan.destination, plan.transfer]) {
    add(text);
    hash.update(',');
  }
  addList(plan.moves.map(({ from, to, sizeBytes, modifiedMs, companionOf = null }) => [from, to, sizeBytes, modifiedMs, companionOf]));
  hash.update(',');
  addList(plan.stays.map(({ path, reason, to = null, better = null, companionOf = null }) => [path, reason, to, better, companionOf]));
  return hash.update(']').digest('hex');
}
