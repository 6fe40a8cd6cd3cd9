import type { Change, Reverted } from './parse-commit.ts';

/** What is left of some commits when those that were taken back are out. */
export interface Standing {
  /** In the order given. */
  readonly changes: readonly Change[];
  /** Hashes of the commits that cancel each other. */
  readonly cancelled: ReadonlySet<string>;
}

/**
 * Leaves out each commit that a later one takes back, and the one that does so. A revert of a revert gives the first back. Taking back a merge takes
 * back all that it brought. A revert of something that is not among the changes (it was released before) stays: it is a change itself.
 *
 * Pure. `changes` must have a commit before its parents.
 */
export function cancelReverts(changes: readonly Change[]): Standing {
  const byBeginning = Map.groupBy(changes, ({ hash }) => hash.slice(0, 7));
  const byHash = new Map(changes.map((change) => [change.hash, change]));
  const find = (hash: string): Change | undefined => byBeginning.get(hash.slice(0, 7))?.find((change) => change.hash.startsWith(hash));
  const cancelled = new Set<string>();
  /** Header that is still to be met, and how often. */
  const wanted = new Map<string, Change[]>();

  for (const change of changes) {
    if (cancelled.has(change.hash)) continue;
    const seeking = wanted.get(change.header);
    const reverting = seeking?.pop();
    if (reverting !== undefined) {
      cancelled.add(change.hash).add(reverting.hash);
      continue;
    }
    let missing = 0;
    for (const target of change.reverts) {
      if (target.by === 'header') {
        wanted.set(target.header, [...(wanted.get(target.header) ?? []), change]);
        missing += 1;
        continue;
      }
      const reverted = broughtBy(target, find, byHash);
      if (reverted.length === 0) missing += 1;
      for (const { hash } of reverted) cancelled.add(hash);
    }
    if (change.reverts.length > 0 && missing === 0) cancelled.add(change.hash);
  }
  return { changes: changes.filter(({ hash }) => !cancelled.has(hash)), cancelled };
}

/** The commit that is taken back; of a merge also every commit that it brought. */
function broughtBy(
  { hash, mainline }: Extract<Reverted, { by: 'hash' }>,
  find: (hash: string) => Change | undefined,
  byHash: ReadonlyMap<string, Change>,
): readonly Change[] {
  const target = find(hash);
  if (target === undefined) return [];
  if (target.parents.length < 2) return [target];
  const stays = historyOf([(mainline === undefined ? undefined : find(mainline))?.hash ?? mainline ?? target.parents[0] ?? ''], byHash);
  return [...historyOf([target.hash], byHash)].filter((one) => !stays.has(one)).flatMap((one) => byHash.get(one) ?? []);
}

/** Every commit among the changes that some commits lead to, themselves included. */
export function historyOf(starts: readonly string[], byHash: ReadonlyMap<string, Pick<Change, 'parents'>>): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = [...starts];
  for (let hash = waiting.pop(); hash !== undefined; hash = waiting.pop()) {
    const change = byHash.get(hash);
    if (change === undefined || seen.has(hash)) continue;
    seen.add(hash);
    waiting.push(...change.parents);
  }
  return seen;
}
