import type { Tree } from './compare-trees.ts';

/** A move as the program plans it; both paths are relative with `/` between parts. */
interface PlannedMove {
  readonly from: string;
  readonly to: string;
}

/** Whether a path is relative and stays where it is joined to: `Show (2020)/Season 01/Show - S01E01.mkv`. */
export const isPlainPath = (path: string): boolean =>
  path.length <= 1000 && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part));

/** Moves that must not be made, one line each: of a file that is not in the library, to a place outside the destination, or to another's place. */
export function faultyMoves(moves: readonly PlannedMove[], tree: Tree, library: string): readonly string[] {
  const taken = new Set<string>();
  const from = new Set<string>();
  return moves.flatMap((move) => {
    // Windows does not tell case apart.
    const place = move.to.toLowerCase();
    const faults = [
      ...(tree.has(`${library}/${move.from}`) ? [] : ['no such file']),
      ...(from.has(move.from) ? ['planned twice'] : []),
      ...(isPlainPath(move.to) ? [] : ['outside the destination']),
      ...(taken.has(place) ? ['the place of another'] : []),
    ];
    taken.add(place);
    from.add(move.from);
    return faults.map((fault) => `${fault}: ${move.from} → ${move.to}`);
  });
}

/** What must be there after `moves` were made on `before`. The moves must be without fault. */
export function expectedAfter(moves: readonly PlannedMove[], before: Tree, library: string, destination: string): Tree {
  const expected = new Map(before);
  for (const { from } of moves) expected.delete(`${library}/${from}`);
  for (const { from, to } of moves) expected.set(`${destination}/${to}`, before.get(`${library}/${from}`) ?? '');
  return expected;
}

/** Moves whose file is not at its place, or is still where it was. */
export const misplacedMoves = (
  moves: readonly PlannedMove[],
  before: Tree,
  after: Tree,
  library: string,
  destination: string,
): readonly string[] =>
  moves
    .filter(({ from, to }) => after.get(`${destination}/${to}`) !== before.get(`${library}/${from}`) || after.has(`${library}/${from}`))
    .map(({ from, to }) => `${from} → ${to}`);

/** Files of `before` whose content is there less often afterwards, wherever it lies. */
export function lostFiles(before: Tree, after: Tree): readonly string[] {
  const left = new Map<string, number>();
  for (const digest of after.values()) left.set(digest, (left.get(digest) ?? 0) + 1);
  return [...before]
    .filter(([, digest]) => {
      const count = left.get(digest) ?? 0;
      left.set(digest, count - 1);
      return count < 1;
    })
    .map(([path]) => path);
}
