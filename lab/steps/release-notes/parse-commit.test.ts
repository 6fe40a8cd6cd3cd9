import fc from 'fast-check';
import t from 'tap';
import { cancelReverts } from './cancel-reverts.ts';
import { type Change, parseCommit } from './parse-commit.ts';
import { demandOf, isTold, sectionsOf, usuallyLeftOut } from './release-notes.ts';

const hashOf = (number: number): string =>
  number
    .toString(16)
    .padStart(40, '0')
    .replace(/^0{7}/, (number * 7919).toString(16).padStart(7, 'c').slice(0, 7));
const parse = (message: string, number = 1, parents: readonly string[] = []): Change =>
  parseCommit({ hash: hashOf(number), parents, author: 'Ada', message, isCut: false });

t.test('subjects', async (t) => {
  t.match(parse('feat(winrm): seal messages'), { type: 'feat', scope: 'winrm', text: 'seal messages', breaking: undefined });
  t.match(parse('Feature: seal'), { type: 'feat', scope: undefined, text: 'seal' });
  t.match(parse('feat!: seal'), { type: 'feat', breaking: [] });
  t.match(parse('fix(a/b)!:  seal  '), { type: 'fix', scope: 'a/b', text: 'seal', breaking: [] });
  t.match(parse('feat:no blank'), { type: undefined, text: 'feat:no blank' });
  t.match(parse('Merge: the others'), { type: undefined, text: 'Merge: the others' });
  t.match(parse('whatever!: no type of ours'), { type: undefined, breaking: undefined });
  t.match(parse('fixup! feat: seal'), { type: 'fixup', text: 'feat: seal' });
  t.match(parse(''), { text: '(no subject)', type: undefined });
  t.match(parse('\n\n  \n'), { text: '(no subject)' });
});

t.test('what breaks', async (t) => {
  t.same(parse('feat: a\n\nbody\n\nBREAKING CHANGE: the format\nis another\nSigned-off-by: A <a@b.c>').breaking, ['the format is another']);
  t.same(parse('chore: a\n\nBREAKING-CHANGE: one\nBREAKING CHANGE: two').breaking, ['one', 'two']);
  t.equal(parse('feat: a\n\nbreaking change: in lower case is no footer').breaking, undefined);
  t.equal(parse('feat: a\n\nBREAKING CHANGE detection is better').breaking, undefined);
  t.same(parse('feat: a\n\nBREAKING CHANGE:').breaking, []);
});

t.test('issues and authors', async (t) => {
  t.match(parse('fix: a thing (#12)'), { text: 'a thing', references: ['#12'] });
  t.match(parse('fix: a thing (#12)\n\nCloses owner/name#7, fixes #8\n\nsee #99'), { references: ['#12', 'owner/name#7', '#8'] });
  t.match(parse('fix: step #1 of 3'), { text: 'step #1 of 3' });
  t.same(parse('fix: a\n\nCo-authored-by: Bob <b@example.org>\nCo-authored-by: Ada <x@example.org>').authors, ['Ada', 'Bob']);
});

t.test('properties that a message would set', async (t) => {
  const change = parse('feat: a\n\n-__proto__-\nx\n-references-\ny\n-notes-\nz\n\nBREAKING CHANGE: b');
  t.same(change.breaking, ['b']);
  t.equal(({} as Record<string, unknown>)['x'], undefined);
});

t.test('any message is read, in time', async (t) => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('BREAKING CHANGE: x', 'Revert "a"', 'This reverts commit 0123456.', '-hash-', 'Closes #1', 'gpg: x', '#'.repeat(50)),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const change = parse(lines.join('\n'));
      if (/[\n\u001B]/.test(change.text) || change.text.length > 300 || change.text === '') throw new Error(JSON.stringify(change.text));
    }),
  );
  for (const part of [
    'BREAKING CHANGE: ',
    'BREAKING CHANGE: x\n',
    '#1 ',
    'a/',
    'Closes ',
    '(',
    '`',
    '(#1',
    'https://',
    '\u001B]',
    '-',
    '@',
    'Co-authored-by: ',
    'Refs: 1234567, ',
    ' ',
  ])
    for (const message of [
      part.repeat((64 << 10) / part.length),
      `feat: ${part.repeat((64 << 10) / part.length)}`,
      `feat: a\n\n${part.repeat((64 << 10) / part.length)}`,
    ]) {
      const started = performance.now();
      parse(message);
      t.ok(performance.now() - started < 2000, `${JSON.stringify(part)} over and over`);
    }
});

const living = (...changes: readonly Change[]): readonly string[] => cancelReverts(changes).changes.map(({ header }) => header);

t.test('what was taken back', async (t) => {
  const feature = parse('feat: a', 1, [hashOf(9)]);
  const revert = parse(`Revert "feat: a"\n\nThis reverts commit ${feature.hash}.`, 2, [feature.hash]);
  const again = parse(`Reapply "feat: a"\n\nThis reverts commit ${revert.hash}.`, 3, [revert.hash]);
  t.same(living(revert, feature), []);
  t.same(living(again, revert, feature), ['feat: a'], 'a revert of a revert gives it back');
  t.same(living(parse(`Revert\n\nThis reverts commit ${again.hash}`, 4), again, revert, feature), [], 'and so on');
  t.same(living(revert), ['Revert "feat: a"'], 'what was released before is taken back by a change of its own');
  t.same(living(parse(`revert: a\n\nRefs: ${feature.hash.slice(0, 9)}`, 5), feature), [], 'in the words of conventional commits');
  t.same(living(parse('Revert "feat: a"', 6), feature), [], 'by its subject alone');
  t.same(living(parse('Revert "feat: a"', 6), parse('feat: a', 7), feature), ['feat: a'], 'the newest of that subject, once');
  t.same(living(parse('Revert "feat: b"', 6), feature), ['Revert "feat: b"', 'feat: a']);
});

t.test('a merge that was taken back takes what it brought', async (t) => {
  const base = parse('feat: base', 1);
  const side = parse('feat: side', 2, [base.hash]);
  const side2 = parse('fix: side', 3, [side.hash]);
  const main = parse('fix: main', 4, [base.hash]);
  const merge = parse('Merge branch side', 5, [main.hash, side2.hash]);
  const revert = parse(`Revert "Merge branch side"\n\nThis reverts commit ${merge.hash}, reversing\nchanges made to ${main.hash}.`, 6, [
    merge.hash,
  ]);
  t.same(living(revert, merge, side2, side, main, base), ['fix: main', 'feat: base']);
});

t.test('groups', async (t) => {
  const changes = [
    parse('feat!: gone\n\nBREAKING CHANGE: use b', 9),
    parse('feat(x): a', 8),
    parse('feat(X): a (#3)', 7),
    parse('feat(x): A (#2)', 6),
    parse('chore: nothing', 5),
    parse('ci!: another machine', 4),
    parse('Loosely said', 3),
    parse('fix: z', 2, ['a', 'b']),
    parse('perf: fast', 1),
  ];
  t.match(sectionsOf(changes, { leftOut: usuallyLeftOut, authors: false }), [
    { title: 'Breaking changes', entries: [{ text: 'another machine' }, { text: 'gone: use b' }] },
    {
      title: 'Added',
      entries: [
        { scope: 'x', text: 'A', commits: [hashOf(6), hashOf(8)], references: ['#2'], authors: [] },
        { scope: 'X', commits: [hashOf(7)] },
      ],
    },
    { title: 'Changed', entries: [{ text: 'Loosely said' }] },
    { title: 'Performance', entries: [{ text: 'fast' }] },
  ]);
  t.match(sectionsOf(changes, { leftOut: [], authors: true }).at(-1), {
    title: 'Internal',
    entries: [{ text: 'nothing', authors: ['Ada'] }],
  });
  t.same(changes.map(demandOf), ['breaking', 'feature', 'feature', 'feature', 'nothing', 'breaking', 'fix', 'nothing', 'fix']);
  t.notOk(isTold(parse('fixup! feat: a'), { leftOut: [] }));
});
