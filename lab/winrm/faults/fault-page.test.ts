import { readFileSync } from 'node:fs';
import t from 'tap';
import { windowsQuotas } from '../endpoint/quotas.ts';
import { knownFaults } from './fault-catalogue.ts';

const page = readFileSync(new URL('../../../docs/reference/winrm.md', import.meta.url), 'utf8');

/** The cells of the page's rows that begin with a match. */
const rows = (begin: RegExp): readonly (readonly string[])[] =>
  page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    )
    .filter(([first = '']) => begin.test(first));

t.test('the page lists every known fault, and no other', async (t) => {
  const expected = knownFaults
    .toSorted((a, b) => a.code - b.code)
    .map(({ code, name, hint }) => [String(code), `0x${code.toString(16).toUpperCase().padStart(8, '0')}`, name, hint]);
  t.same(rows(/^\d+$/), expected);
});

t.test('the page lists every quota with its default', async (t) => {
  const listed = rows(/^`(?:max|shell)\w+`$/).map(([name = '', value = '']) => [name.slice(1, -1), Number(value.replaceAll(',', ''))]);
  t.same(Object.fromEntries(listed), windowsQuotas);
});
