import t from 'tap';
import { compareTrees, countDifferences, treeOf } from './compare-trees.ts';
import { expectedAfter, faultyMoves, isPlainPath, lostFiles, misplacedMoves } from './moves.ts';

const before = new Map([
  ['library/a.mkv', 'A'],
  ['library/b.mkv', 'B'],
  ['library/twin.mkv', 'A'],
]);
const moves = [{ from: 'a.mkv', to: 'Show/a.mkv' }];

t.test('paths that stay where they are joined to', async (t) => {
  for (const path of ['a', 'Show (2020)/Season 01/Show - S01E01.mkv', '日本語/☆.mkv', 'a..b/c']) t.ok(isPlainPath(path), path);
  for (const path of ['', '/a', 'a/', 'a//b', '..', '../a', 'a/../b', './a', 'C:/a', 'a:b', 'a\\b', 'a\0b', 'x'.repeat(1001)])
    t.notOk(isPlainPath(path), JSON.stringify(path));
});

t.test('moves without fault, and with', async (t) => {
  t.same(faultyMoves(moves, before, 'library'), []);
  t.match(faultyMoves([{ from: 'c.mkv', to: 'c' }], before, 'library'), [/no such file/]);
  t.match(faultyMoves([...moves, { from: 'b.mkv', to: 'SHOW/A.MKV' }], before, 'library'), [/place of another/]);
  t.match(faultyMoves([...moves, { from: 'a.mkv', to: 'Other' }], before, 'library'), [/planned twice/]);
  t.match(faultyMoves([{ from: 'a.mkv', to: '../../Windows/x' }], before, 'library'), [/outside the destination/]);
});

t.test('what must be there afterwards', async (t) => {
  const after = expectedAfter(moves, before, 'library', 'organized');
  t.same(
    [...after],
    [
      ['library/b.mkv', 'B'],
      ['library/twin.mkv', 'A'],
      ['organized/Show/a.mkv', 'A'],
    ],
  );
  t.same(misplacedMoves(moves, before, after, 'library', 'organized'), []);
  t.same(misplacedMoves(moves, before, before, 'library', 'organized').length, 1, 'nothing was done');
  t.same(misplacedMoves(moves, before, new Map([...after, ['library/a.mkv', 'A']]), 'library', 'organized').length, 1, 'it was copied');
  t.same(
    misplacedMoves(moves, before, new Map([...after, ['organized/Show/a.mkv', 'B']]), 'library', 'organized').length,
    1,
    'something else lies there',
  );
});

t.test('lost is what is there less often, wherever it lies', async (t) => {
  t.same(
    lostFiles(
      before,
      new Map([
        ['x', 'A'],
        ['y', 'A'],
        ['z', 'B'],
      ]),
    ),
    [],
  );
  t.same(
    lostFiles(
      before,
      new Map([
        ['x', 'A'],
        ['z', 'B'],
      ]),
    ),
    ['library/twin.mkv'],
    'one of two with the same content',
  );
  t.same(lostFiles(before, new Map()).length, 3);
});

t.test('a file that could not be read is no match for anything', async (t) => {
  const unread = treeOf([
    { path: 'a\\b', kind: 'file', sizeBytes: 1 },
    { path: 'a', kind: 'directory', sizeBytes: 0 },
  ]);
  t.same([...unread.keys()], ['a/b']);
  t.equal(countDifferences(compareTrees(unread, unread)), 1);
});
