import { PassThrough } from 'node:stream';
import t from 'tap';
import { type MaybeTerminal, makeStyle, noStyle, wantsColour } from './style.ts';

const pipe: MaybeTerminal = new PassThrough();
const terminal: MaybeTerminal = Object.assign(new PassThrough(), { isTTY: true });

t.test('colours only where they are wanted', async (t) => {
  const cases: readonly (readonly [string, MaybeTerminal, Readonly<Record<string, string>>, boolean, boolean])[] = [
    ['a terminal', terminal, {}, true, true],
    ['a pipe', pipe, {}, true, false],
    ['a terminal that knows none', terminal, { TERM: 'dumb' }, true, false],
    ['NO_COLOR', terminal, { NO_COLOR: '1' }, true, false],
    ['an empty NO_COLOR', terminal, { NO_COLOR: '' }, true, true],
    ['FORCE_COLOR for a pipe', pipe, { FORCE_COLOR: '1' }, true, true],
    ['FORCE_COLOR over NO_COLOR', pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, true, true],
    ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, true, false],
    ['--no-color over all', terminal, { FORCE_COLOR: '3' }, false, false],
  ];
  for (const [what, stream, environment, allowed, wanted] of cases) t.equal(wantsColour(stream, environment, allowed), wanted, what);
});

t.test('a style changes how text looks, and none changes nothing', async (t) => {
  t.equal(makeStyle(true).red('x'), '\u001b[31mx\u001b[39m');
  t.equal(makeStyle(true).red(''), '');
  for (const paint of Object.values(noStyle)) t.equal(paint('x'), 'x');
});
