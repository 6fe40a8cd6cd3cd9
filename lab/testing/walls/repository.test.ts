import t from 'tap';
import { repositoryRoot, textOf, trackedFiles } from './tracked-files.ts';

const texts = trackedFiles().filter((file) => !/\.(?:ico|png|golden\..*)$/.test(file) && file !== 'package-lock.json');
const sources = texts.filter((file) => /^(?:lab|src)\/.*\.(?:ts|tsx)$/.test(file));

/** `file:line: text` of each line of the files that matches. */
const linesMatching = (files: readonly string[], pattern: RegExp): readonly string[] =>
  files.flatMap((file) =>
    textOf(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );

t.test('the repository is read', async (t) => {
  t.ok(sources.length > 50, `${sources.length} sources`);
  t.same(linesMatching(['.editorconfig'], /^root = true$/), ['.editorconfig:1: root = true'], 'a line that is there is found');
});

t.test('no file names a machine, a person or a package registry', async (t) => {
  // a folder of somebody below the home folder, or of root; the home of the Windows user in a guest is no path of a host
  t.same(
    linesMatching(
      texts.filter((file) => !file.endsWith('.test.ts')),
      /(?<![\w.:\\])\/(?:home\/[a-z]\w*|root)\//,
    ),
    [],
    'no home of a person',
  );
  t.same(
    texts.filter((file) => textOf(file).includes(repositoryRoot)),
    [],
    'no path of the machine this stands on',
  );
  // registry.npm[j]s.org and the mirrors of Debian, written so that this line is not found itself
  t.same(
    linesMatching(texts, /registry\.npm[j]s\.org|(?:deb|security)\.[d]ebian\.org/),
    [],
    'no registry: npm and apt know theirs, and a mirror must do as well',
  );
});

t.test('nothing is left unfinished', async (t) => {
  t.same(linesMatching(texts, /\b(?:TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b/), []);
  // t.only('…'), { only: true }
  t.same(
    linesMatching(
      sources.filter((file) => file.endsWith('.test.ts') && !file.endsWith('walls/repository.test.ts')),
      /\bt\.only\(|\bonly: true/,
    ),
    [],
    'no test is narrowed',
  );
});

t.test('a reader can hold each source file in mind', async (t) => {
  const tooLong = sources.map((file) => ({ file, lines: textOf(file).split('\n').length - 1 })).filter(({ lines }) => lines > 400);
  t.same(tooLong, [], 'no source file has more than 400 lines: split it by what it holds');
  // utils.ts, date-helpers.ts, common/x.ts
  t.same(
    sources.filter((file) => /(?:^|[/-])(?:utils?|helpers?|common|manager|service)(?:[-./]|$)/.test(file)),
    [],
    'no file is named for being useful: name it for what it holds',
  );
});

t.test('the top level is as drawn', async (t) => {
  const expected = [
    'CHANGELOG.md',
    'LICENSES',
    'README.md',
    'docs',
    'lab',
    'lab.config.json',
    'package-lock.json',
    'package.json',
    'reports',
    'schemas',
    'src',
    'tsconfig.json',
    'vagrant',
  ];
  const top = [...new Set(trackedFiles().map((file) => file.split('/')[0] ?? ''))].filter((name) => !name.startsWith('.')).toSorted();
  t.same(
    top,
    expected.filter((name) => top.includes(name)).toSorted(),
    'nothing else stands at the top: put it into the room it belongs to',
  );
  for (const name of ['README.md', 'CHANGELOG.md', 'docs', 'lab', 'src', 'schemas', 'package.json'])
    t.ok(top.includes(name), `${name} is there`);
});
