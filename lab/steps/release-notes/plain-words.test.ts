import fc from 'fast-check';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import t from 'tap';
import { markdownWords, plainWords } from './plain-words.ts';

const html = (markdown: string): string =>
  micromark(`- **scope**: ${markdown} (0123456789)\n`, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
const decoded = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
/** Tags that an entry may have. */
const HARMLESS = /<\/?(?:ul|li|p|strong|code)>/g;

t.test('what a terminal or a person would not see is gone', async (t) => {
  t.equal(plainWords('\u001B[31mred\u001B[0m \u001B]0;owned\u0007and\u202Eback\u0000', 100), 'red andback');
  t.equal(plainWords('two\nlines\tand \r\n more', 100), 'two lines and more');
  t.equal(plainWords(`${'a'.repeat(20)}😀`, 21), `${'a'.repeat(20)}…`);
  t.equal(plainWords('\uD800', 10), '\uFFFD');
});

t.test('markup stays text', async (t) => {
  const cases: readonly string[] = [
    '<script>alert(1)</script>',
    '<!-- hidden -->',
    '[click](https://example.org)',
    '![image](x.png)',
    '[x]: https://example.org',
    'see https://example.org/a_b and www.example.org',
    '_http://a.b 1https://a.b ~www.a.b',
    'write to someone@example.org',
    '&lt;b&gt; &copy;',
    '**bold** _lean_ ~~gone~~ | cell',
    'a `code` span and a ` lonely tick',
    '`<b>` and ``co`de``',
    '\\*not bold*',
    'snake_case_name',
  ];
  for (const text of cases) {
    const page = html(markdownWords(text));
    t.notMatch(page.replace(HARMLESS, ''), /<[a-z!/]/i, text);
  }
  t.equal(markdownWords('snake_case_name'), 'snake_case_name', 'names are not made ugly');
  t.equal(markdownWords('run `npm run lab`'), 'run `npm run lab`', 'code spans stay');
  for (const text of ['# heading', '1. list', '+ list', '- list', '> quote', '12) list'])
    t.notMatch(micromark(`- ${markdownWords(text)}\n`).replace(HARMLESS, ''), /</, text);
});

t.test('for any text', async (t) => {
  const hostile = fc
    .array(
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom(...'<>`[]()!*_~|\\&;#:/.-@ '.split(''), 'http://a.b', 'www.a.b', '<b>', '<!--', ']('),
        fc.constant('x@y.z'),
      ),
    )
    .map((parts) => plainWords(parts.join(''), 300));
  fc.assert(
    fc.property(hostile, (text) => {
      const page = html(markdownWords(text)).replace(HARMLESS, '');
      if (/<[a-z!/]/i.test(page)) throw new Error(page);
      // Whatever is shown was said: no letter is lost or added.
      const letters = (words: string): string => words.replaceAll(/[^\p{L}\p{N}]/gu, '');
      const shown = letters(decoded(page));
      if (shown !== `scope${letters(text)}0123456789`) throw new Error(`${shown} instead of ${letters(text)}`);
    }),
    { numRuns: 500 },
  );
  t.pass('holds');
});
