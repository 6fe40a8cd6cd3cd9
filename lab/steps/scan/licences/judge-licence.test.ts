import fc from 'fast-check';
import t from 'tap';
import { judgeLicence } from './judge-licence.ts';

const policy = {
  allow: ['MIT', 'ISC', 'Apache-2.0', 'Apache-2.0 WITH LLVM-exception', 'LicenseRef-own'],
  deny: ['GPL-3.0-only', 'AGPL-3.0-only'],
};
const judge = (expression: string) => judgeLicence(expression, policy);

t.test('what is allowed', async (t) => {
  for (const expression of [
    'MIT',
    '(MIT)',
    'MIT OR GPL-3.0-only',
    'MIT AND ISC',
    '(MIT OR BSL-1.0) AND (GPL-3.0-only OR ISC)',
    'Apache-2.0 WITH LLVM-exception',
    'LicenseRef-own',
  ])
    t.same(judge(expression), { kind: 'allowed' }, expression);
});

t.test('what is not, and why', async (t) => {
  t.match(judge('BSD-3-Clause'), { kind: 'not-allowed', why: 'BSD-3-Clause is not among the allowed ones' });
  t.match(judge('MIT AND (BSD-3-Clause OR Zlib)'), { kind: 'not-allowed', why: /BSD-3-Clause and Zlib are not/ });
  t.match(judge('MIT AND GPL-3.0-only'), { kind: 'denied', why: 'GPL-3.0-only is denied' });
  t.match(judge('GPL-3.0-only OR AGPL-3.0-only'), { kind: 'denied', why: /and AGPL-3\.0-only are denied/ });
  t.match(judge('MIT WITH LLVM-exception'), { kind: 'not-allowed' }, 'an exception makes another licence of it');
  t.match(judge('Apache-2.0+'), { kind: 'not-allowed', why: /Apache-2\.0\+ is/ }, 'a later version may be anything');
  t.match(judge('LicenseRef-other'), { kind: 'not-allowed' });
  for (const expression of ['', 'mit license', 'UNLICENSED', 'SEE LICENSE IN x', 'MIT OR', 'NONE', '('])
    t.match(judge(expression), { kind: 'unknown' }, JSON.stringify(expression));
  const many = Array.from({ length: 12 }, () => '(MIT OR ISC)').join(' AND ');
  t.match(judge(many), { kind: 'unknown' }, 'an expression made to take for ever');
});

t.test('a choice more never makes it worse, a demand more never better', async () => {
  const leaf = fc.constantFrom('MIT', 'ISC', 'Zlib', 'GPL-3.0-only');
  const expression = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.tuple(tie('tree'), fc.constantFrom('AND', 'OR'), tie('tree')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    ),
  })).tree;
  const isAllowed = (text: string): boolean => judge(text).kind === 'allowed';
  fc.assert(
    fc.property(expression, expression, (a, b) => {
      if (isAllowed(a) && !isAllowed(`(${a}) OR (${b})`)) return false;
      return !isAllowed(`(${a}) AND (${b})`) || isAllowed(a);
    }),
  );
});
