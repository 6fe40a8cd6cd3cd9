import fc from 'fast-check';
import t from 'tap';
import { changelogText, parseChangelog } from './changelog.ts';
import type { NoteSection } from './release-notes.ts';
import { type Telling, tellInChangelog, untoldIn } from './tell-in-changelog.ts';
import { webLinksFor } from './web-links.ts';

const hash = (letter: string): string => letter.repeat(40);
const entry = (text: string, letter: string, scope?: string): NoteSection['entries'][number] => ({
  ...(scope === undefined ? {} : { scope }),
  text,
  commits: [hash(letter)],
  references: [],
  authors: [],
});
const telling = (sections: readonly NoteSection[], more: Partial<Telling> = {}): Telling => ({
  file: 'CHANGELOG.md',
  sections,
  changes: [],
  links: undefined,
  ...more,
});
const usual = telling([
  { title: 'Breaking changes', entries: [entry('the format', 'a')] },
  { title: 'Added', entries: [entry('ship it', 'b', 'bundle'), entry('mend <b>', 'c')] },
  { title: 'Fixed', entries: [entry('é and ü', 'd')] },
]);
const links = webLinksFor({ configured: 'https://example.org/owner/name' });

const written = `# Changelog

Words above.

## [Unreleased]

### Added

- Ours, first.
- Ours, second:
  goes on.

### Fixed

- Something.

## [0.1.0] - 2026-01-01

### Added

- Old (bbbbbbbbbb).

[Unreleased]: https://example.org/owner/name/compare/v0.1.0...HEAD
[0.1.0]: https://example.org/owner/name/releases/tag/v0.1.0
`;
const utf8 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8');

t.test('what a person wrote stays, what is lacking goes below it', async (t) => {
  const once = tellInChangelog(written, usual);
  t.equal(
    utf8(once),
    written
      .replace('## [Unreleased]\n\n', '## [Unreleased]\n\n### Breaking changes\n\n- the format (aaaaaaaaaa)\n\n')
      .replace('  goes on.\n', '  goes on.\n- **bundle**: ship it (bbbbbbbbbb)\n- mend \\<b\\> (cccccccccc)\n')
      .replace('- Something.\n', '- Something.\n- é and ü (dddddddddd)\n'),
  );
  t.equal(tellInChangelog(once, usual), once, 'twice is once');
  t.same(untoldIn(once, usual), []);
  t.equal(untoldIn(written, usual).length, 3);
});

t.test('an entry that was put into other words is known by its commit, one without by its words', async (t) => {
  const own = written.replace('- Something.', '- The format changes; see the guide (aaaaaaaaaa).\n- **bundle**: ship it\n- mend \\<b\\>');
  t.match(untoldIn(own, usual), [{ title: 'Fixed' }]);
  const said = `${written.slice(0, written.indexOf('### Added'))}<!-- told by hand up to cccccccccc -->\n${written.slice(written.indexOf('### Added'))}`;
  const changes = [
    { hash: hash('d'), parents: [hash('c')] },
    { hash: hash('c'), parents: [hash('b')] },
    { hash: hash('b'), parents: [hash('a')] },
    { hash: hash('a'), parents: [] },
  ];
  t.match(untoldIn(said, { ...usual, changes }), [{ title: 'Fixed', entries: [{ text: 'é and ü' }] }]);
  t.equal(untoldIn(said, { ...usual, changes }).length, 1);
});

t.test('a release', async (t) => {
  const releasing = { version: '0.2.0', date: '2026-11-21', previousTag: 'v0.1.0', tag: 'v0.2.0' };
  const released = tellInChangelog(written, { ...usual, links }, releasing);
  t.match(
    released,
    '## [Unreleased]\n\n## [0.2.0] - 2026-11-21\n\n### Breaking changes\n\n- the format ([aaaaaaaaaa](https://example.org/owner/name/commit/aaaa',
  );
  t.ok(
    released.endsWith(
      `## [0.1.0] - 2026-01-01\n\n### Added\n\n- Old (bbbbbbbbbb).\n\n[Unreleased]: https://example.org/owner/name/compare/v0.2.0...HEAD\n[0.2.0]: https://example.org/owner/name/compare/v0.1.0...v0.2.0\n[0.1.0]: https://example.org/owner/name/releases/tag/v0.1.0\n`,
    ),
  );
  t.equal(tellInChangelog(released, { ...usual, links }, releasing), released, 'twice is once');
  t.same(untoldIn(released, { ...usual, links }, '0.2.0'), []);
  t.equal(untoldIn(released, usual).length, 3, 'what belongs to a version is not the next one’s');
  const late = telling([{ title: 'Fixed', entries: [entry('late', 'e')] }]);
  t.match(tellInChangelog(released, late, releasing), /- é|- Ã© and Ã¼[^\n]*\n- late \(eeeeeeeeee\)\n\n## \[0\.1\.0\]/);
  const both = released.replace('## [Unreleased]\n', '## [Unreleased]\n\n- By hand.\n');
  t.throws(() => tellInChangelog(both, usual, releasing), { code: 'release-notes.changelog-unclear' });
});

t.test('a changelog that is not there, empty, without sections, or of another style', async (t) => {
  for (const text of [
    undefined,
    '',
    '# Changelog',
    '# Changelog\n\n## Notes\n\nWords.',
    written.replace(/## \[Unreleased\][\s\S]*?(?=## \[0)/, ''),
  ]) {
    const once = tellInChangelog(text, usual);
    t.match(once, /## \[Unreleased\]\n\n### Breaking changes\n\n- the format/, JSON.stringify(text?.slice(0, 30)));
    t.equal(tellInChangelog(once, usual), once);
    t.same(untoldIn(once, usual), []);
    if (text !== undefined) t.ok(once.startsWith(text.slice(0, 11)));
  }
  const released = tellInChangelog(
    '# Changelog\n\n## Unreleased\n\n- x',
    { ...usual, links },
    { version: '1.0.0', date: '2026-11-21', tag: 'v1.0.0' },
  );
  t.match(released, '## Unreleased\n\n## 1.0.0 - 2026-11-21\n\n- x\n\n### Breaking changes\n');
  t.match(
    released,
    '\n\n[Unreleased]: https://example.org/owner/name/compare/v1.0.0...HEAD\n[1.0.0]: https://example.org/owner/name/releases/tag/v1.0.0\n',
  );
});

t.test('an empty group is filled', async (t) => {
  const once = tellInChangelog('## [Unreleased]\n\n### Added\n\n### Fixed\n\n- x\n', usual);
  t.match(once, '### Added\n\n- **bundle**: ship it (bbbbbbbbbb)\n- mend \\<b\\> (cccccccccc)\n\n### Fixed\n\n- x\n');
});

t.test('headings in code and comments are none; what never ends is refused', async (t) => {
  const text = '# C\n\n## [Unreleased]\n\n```md\n## [0.0.1]\n### Added\n```\n\n<!--\n## [0.0.2]\n-->\n\n- x\n\n## [0.0.3]\n';
  t.same(
    parseChangelog(text, 'f').sections.map(({ name }) => name),
    ['unreleased', '0.0.3'],
  );
  t.match(tellInChangelog(text, usual), /- x\n\n### Breaking changes\n[\s\S]*é|Ã©[\s\S]*## \[0\.0\.3\]/);
  for (const bad of [
    '## [Unreleased]\n\n```\n',
    '## [Unreleased]\n\n<!-- never\n',
    '## [Unreleased]\n## [Unreleased]\n',
    '## 1.0.0\n## v1.0.0\n',
  ])
    t.throws(() => tellInChangelog(bad, usual), { code: 'release-notes.changelog-unclear' }, JSON.stringify(bad));
});

const piece = fc.constantFrom(
  '## [Unreleased]',
  '## [1.0.0] - 2026-01-01',
  '## 0.9.0',
  '## Notes',
  '### Added',
  '### Fixed',
  '### Own words',
  '- an item',
  '  more of it',
  '',
  '',
  'Words.',
  '```',
  '<!-- x -->',
  '[1.0.0]: https://example.org',
  '\xff\xfe',
  '> said',
);
const file = fc
  .tuple(fc.array(piece, { maxLength: 30 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([lines, newline, ends]) => lines.join(newline) + (ends ? newline : ''));

t.test('for any changelog', async (t) => {
  let tried = 0;
  fc.assert(
    fc.property(file, (text) => {
      let before;
      try {
        before = parseChangelog(text, 'f');
      } catch {
        return;
      }
      tried += 1;
      if (changelogText(before) !== text) throw new Error('taken apart and put together it is another');
      const once = tellInChangelog(text, usual);
      if (tellInChangelog(once, usual) !== once) throw new Error('twice is not once');
      if (untoldIn(once, usual).length > 0) throw new Error('something is still lacking');
      const after = parseChangelog(once, 'f');
      const old = (all: typeof after.sections): string =>
        all
          .filter(({ name }) => name !== 'unreleased' && name !== undefined)
          .map(({ heading, body }) => heading + body)
          .join('')
          .trimEnd();
      if (old(after.sections) !== old(before.sections)) throw new Error('a release was touched');
      const words = (of: string): readonly string[] => of.split(/\r?\n/).filter((line) => line.trim() !== '');
      let at = 0;
      const all = words(once);
      for (const line of words(text)) {
        at = all.indexOf(line, at) + 1;
        if (at === 0) throw new Error(`lost or moved: ${line}`);
      }
    }),
    { numRuns: 1000 },
  );
  t.ok(tried > 300);
});
