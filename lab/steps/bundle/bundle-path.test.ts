import t from 'tap';
import { bundlePathProblem, compareCodePoints } from './bundle-path.ts';

t.test('paths that are fine', async (t) => {
  for (const path of ['anivault.exe', 'docs/a b/c-d_e+f@g.md', 'docs/한국어.md', 'console.md', 'docs/com10.md'])
    t.equal(bundlePathProblem(path), undefined, path);
});

t.test('paths that are not', async (t) => {
  const bad = [
    '',
    '/a',
    'a//b',
    'a/',
    '..',
    'a/../b',
    './a',
    'a\\b',
    'C:a',
    'a?',
    'a\u0000',
    'a\n',
    'a.',
    'a ',
    'NUL',
    'con.txt',
    'docs/Lpt1.md',
    'x'.repeat(181),
    'e\u0301',
  ];
  for (const path of bad) t.type(bundlePathProblem(path), 'string', JSON.stringify(path));
});

t.test('the order is that of code points, not of UTF-16 units or a locale', async (t) => {
  t.same(['\u{1F600}', '\uFF01', 'b', 'B', 'a'].toSorted(compareCodePoints), ['B', 'a', 'b', '\uFF01', '\u{1F600}']);
});
