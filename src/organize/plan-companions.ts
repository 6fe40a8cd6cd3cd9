import path from 'node:path';
import type { PlannedStay } from '../contract/plan.ts';
import { sameFileKey } from '../windows/names.ts';
import { type Companion, companionDestination } from './companions.ts';
import type { DecidedMove, FindTaken } from './make-plan.ts';

/**
 * Decides where the companions of a video that moves go: beside it, each with its tail. One whose name is taken stays, and so does the other half of a
 * pair of `.idx` and `.sub`, which are of no use without each other. Adds the names that they get to `claimed`.
 */
export async function planCompanions(
  video: DecidedMove,
  companions: readonly Companion[],
  claimed: Set<string>,
  findTaken: FindTaken,
): Promise<{ readonly moves: readonly DecidedMove[]; readonly stays: readonly PlannedStay[] }> {
  const moves: DecidedMove[] = [];
  const stays: PlannedStay[] = [];
  for (const pair of inPairs(companions)) {
    const placed: (readonly [DecidedMove, PlannedStay['reason'] | undefined])[] = [];
    for (const { path: from, sizeBytes, tail } of pair) {
      const to = companionDestination(video.to, tail);
      placed.push([{ from, to, sizeBytes, companionOf: video.from }, await reasonToStay(to, from, claimed, findTaken)]);
    }
    const reason = placed.find(([, why]) => why !== undefined && why !== 'in-place')?.[1];
    for (const [move, why] of placed) {
      const { from, to } = move;
      const staying = why ?? reason;
      if (staying === undefined) moves.push(move);
      else stays.push({ path: from, reason: staying, to, companionOf: video.from });
    }
    if (reason === undefined) for (const [{ to }] of placed) claimed.add(sameFileKey(to));
  }
  return { moves, stays };
}

async function reasonToStay(
  to: string,
  from: string,
  claimed: ReadonlySet<string>,
  findTaken: FindTaken,
): Promise<PlannedStay['reason'] | undefined> {
  if (claimed.has(sameFileKey(to))) return 'same-destination';
  const taken = await findTaken(to, from);
  if (taken === undefined) return undefined;
  return taken === 'by-itself' ? 'in-place' : 'destination-exists';
}

/** Each companion alone, but `.idx` and `.sub` of one name together. */
function inPairs(companions: readonly Companion[]): readonly (readonly Companion[])[] {
  const pairs = new Map<string, Companion[]>();
  for (const companion of companions) {
    const { dir, name, ext } = path.posix.parse(companion.path);
    const key = ['.idx', '.sub'].includes(ext.toLowerCase()) ? `${dir}/${name}\0` : companion.path;
    pairs.set(key, [...(pairs.get(key) ?? []), companion]);
  }
  return [...pairs.values()];
}
