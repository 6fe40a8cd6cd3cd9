import t from 'tap';
import { isLicenceExpression } from './licence-expression.ts';

t.test('known expressions', async (t) => {
  const known = [
    'MIT',
    '0BSD',
    'GPL-2.0+',
    'MIT AND ISC',
    '(MIT OR Apache-2.0) AND BSD-3-Clause',
    'GPL-2.0-only WITH Classpath-exception-2.0',
    'LicenseRef-own',
    'DocumentRef-a:LicenseRef-b',
    '((MIT))',
    ' MIT ',
  ];
  for (const text of known) t.equal(isLicenceExpression(text), true, text);
});

t.test('everything else', async (t) => {
  const unknown = [
    '',
    ' ',
    'UNLICENSED',
    'UNKNOWN',
    'NONE',
    'NOASSERTION',
    'Custom',
    'SEE LICENSE IN x',
    'MIT AND',
    'AND MIT',
    'MIT ISC',
    '(MIT',
    'MIT)',
    '()',
    'MIT WITH',
    'MIT or ISC',
    'MIT/ISC',
    'LicenseRef-',
    '('.repeat(100_000),
  ];
  for (const text of unknown) t.equal(isLicenceExpression(text), false, text.slice(0, 40));
});
