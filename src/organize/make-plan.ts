import path from 'node:path';
import type { AnimeName } from '../contract/anime-name.ts';
import type { PlannedMove, PlannedStay } from '../contract/plan.ts';
import type { FoundFile } from '../scan/walk.ts';
import { sameFileKey } from '../windows/names.ts';
import { type Destination, destinationOf } from './destination.ts';

export interface NamedFile extends FoundFile {
  readonly parsed: AnimeName | undefined;
}

export interface Folders {
  /** Absolute. */
  readonly source: string;
  /** Absolute. */
  readonly destination: string;
}

/** Says where a file belongs. */
export type Place = (file: NamedFile) => Destination;

/** The place that a file's name alone tells. */
export const placeByName: Place = (file) => destinationOf(file.parsed, file.path);

/**
 * Tells whether a path below the destination is taken, whatever the case of its letters: by the source file itself, which then has its place already,
 * or by another one.
 */
export type FindTaken = (to: string, from: string) => Promise<'by-itself' | 'by-another' | undefined>;

/**
 * Decides what moves where. Files that would meet under one name, and files whose name is taken, all stay: no choice between two files is made for the
 * user, and nothing is ever overwritten. Names that differ only in case or composition count as one, as they are on Windows; a file is not moved for
 * such a difference alone.
 */
export async function makePlan(
  files: readonly NamedFile[],
  folders: Folders,
  findTaken: FindTaken,
  place: Place = placeByName,
): Promise<{ readonly moves: readonly PlannedMove[]; readonly stays: readonly PlannedStay[] }> {
  const moves: PlannedMove[] = [];
  const stays: PlannedStay[] = [];
  const wanted = new Map<string, number>();
  const placed = files.map((file) => ({ file, target: place(file) }));
  for (const { target } of placed) {
    if ('path' in target) wanted.set(sameFileKey(target.path), (wanted.get(sameFileKey(target.path)) ?? 0) + 1);
  }
  for (const { file, target } of placed) {
    if ('stays' in target) {
      stays.push({ path: file.path, reason: target.stays });
      continue;
    }
    const to = target.path;
    const from = path.join(folders.source, file.path);
    if (from === path.join(folders.destination, to)) stays.push({ path: file.path, reason: 'in-place', to });
    else if ((wanted.get(sameFileKey(to)) ?? 0) > 1) stays.push({ path: file.path, reason: 'same-destination', to });
    else {
      const taken = await findTaken(to, from);
      if (taken === undefined) moves.push({ from: file.path, to, sizeBytes: file.sizeBytes });
      else stays.push({ path: file.path, reason: taken === 'by-itself' ? 'in-place' : 'destination-exists', to });
    }
  }
  return { moves, stays };
}
