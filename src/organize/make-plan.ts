import path from 'node:path';
import type { AnimeName } from '../contract/anime-name.ts';
import type { PlannedMove, PlannedStay } from '../contract/plan.ts';
import type { FoundFile } from '../scan/walk.ts';
import { sameFileKey } from '../windows/names.ts';
import { pairCompanions } from './companions.ts';
import { type Destination, destinationOf } from './destination.ts';
import { planCompanions } from './plan-companions.ts';
import { compareQuality } from './quality.ts';

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

/** A move as it is decided; what the file is like is looked at afterwards. */
export type DecidedMove = Omit<PlannedMove, 'modifiedMs'>;

/** A video with the name it would get, and what is there already. */
interface Placed {
  readonly file: NamedFile;
  readonly to: string;
  readonly taken: 'by-itself' | 'by-another' | undefined;
}

/**
 * Decides what moves where. Of files that would get one name the best moves; when nothing tells them apart all of them stay, as do those whose name is
 * taken: nothing is ever overwritten. Names that differ only in case or composition count as one, as they are on Windows; a file is not moved for such a
 * difference alone. What belongs to a video comes right after it, or stays with it.
 */
export async function makePlan(
  files: readonly NamedFile[],
  folders: Folders,
  findTaken: FindTaken,
  place: Place = placeByName,
  companions: readonly FoundFile[] = [],
): Promise<{ readonly moves: readonly DecidedMove[]; readonly stays: readonly PlannedStay[] }> {
  const moves: DecidedMove[] = [];
  const stays: PlannedStay[] = [];
  const decided = new Map<string, Placed | PlannedStay>();
  const rivals = new Map<string, Placed[]>();
  for (const file of files) {
    const target = place(file);
    if ('stays' in target) {
      decided.set(file.path, { path: file.path, reason: target.stays });
      continue;
    }
    const to = target.path;
    const from = path.join(folders.source, file.path);
    const taken = from === path.join(folders.destination, to) ? 'by-itself' : await findTaken(to, from);
    const key = sameFileKey(to);
    const placed = { file, to, taken } as const;
    decided.set(file.path, placed);
    rivals.set(key, [...(rivals.get(key) ?? []), placed]);
  }
  for (const group of rivals.values()) {
    for (const placed of group) {
      const stay = stayOf(placed, group);
      if (stay) decided.set(placed.file.path, { path: placed.file.path, to: placed.to, ...stay });
    }
  }
  const claimed = new Set(rivals.keys());
  const pairs = pairCompanions(files, companions);
  const travelled = new Set<string>();
  for (const each of decided.values()) {
    if (!('file' in each)) {
      stays.push(each);
      continue;
    }
    const move = { from: each.file.path, to: each.to, sizeBytes: each.file.sizeBytes };
    moves.push(move);
    const own = (pairs.get(move.from) ?? []).filter((companion) => !travelled.has(companion.path));
    for (const companion of own) travelled.add(companion.path);
    const travel = await planCompanions(move, own, claimed, (to, from) => findTaken(to, path.join(folders.source, from)));
    moves.push(...travel.moves);
    stays.push(...travel.stays);
  }
  return { moves, stays };
}

/** Why one of the files that want the same name does not get it; `undefined` for the one that does. */
function stayOf(placed: Placed, group: readonly Placed[]): Pick<PlannedStay, 'reason' | 'better'> | undefined {
  if (placed.taken === 'by-itself') return { reason: 'in-place' };
  const [best, second] = group.toSorted((a, b) => compareQuality(a.file, b.file)) as [Placed, ...Placed[]];
  const holder = group.find((other) => other.taken === 'by-itself') ?? best;
  const isBetter = compareQuality(holder.file, placed.file) < 0;
  if (placed.taken === 'by-another') {
    return holder.taken === 'by-itself' && isBetter ? { reason: 'duplicate', better: holder.file.path } : { reason: 'destination-exists' };
  }
  if (second !== undefined && compareQuality(best.file, second.file) === 0) return { reason: 'same-destination' };
  return isBetter ? { reason: 'duplicate', better: best.file.path } : undefined;
}
