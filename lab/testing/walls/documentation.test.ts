import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import t from 'tap';
import { labProgram } from '../../cli/cli.ts';
import { configurationKeys } from '../../cli/docs/configuration-page.ts';
import { pages } from '../../cli/docs/pages.ts';
import { errorCatalogue } from '../../core/error-catalogue.ts';
import { repositoryRoot, textOf, trackedFiles } from './tracked-files.ts';

const documents = trackedFiles('*.md', '**/*.md').filter((file) => !file.startsWith('LICENSES/'));

t.test('generated pages are up to date', async (t) => {
  for (const page of pages) t.equal(textOf(page.file), await page.text(textOf(page.file)), `${page.file}: run \`npm run docs\``);
});

t.test('every key of the configuration says what it means', async (t) => {
  const keys = configurationKeys();
  t.ok(
    keys.some(({ key }) => key === 'guests[].provider'),
    'keys inside lists are found',
  );
  t.same(
    keys.filter(({ description }) => description === '').map(({ key }) => key),
    [],
    'give it a description in lab/core',
  );
});

/** The anchors of a document, as GitHub makes them from its headings. */
const anchorsOf = (text: string): readonly string[] =>
  withoutCode(text)
    .split('\n')
    .flatMap((line) => /^#+ (.+)$/.exec(line)?.[1] ?? [])
    .map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );

const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '');

/** Links and their targets: `[text](target)`, in prose only. */
const linksOf = (text: string): readonly string[] => [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => match[1] ?? []);

t.test('links resolve', async (t) => {
  t.ok(documents.length > 10, `reads the documents (${documents.length})`);
  for (const document of documents) {
    const text = textOf(document);
    for (const link of linksOf(text)) {
      if (/^https?:/.test(link)) continue;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? document : path.posix.join(path.posix.dirname(document), decodeURIComponent(file));
      t.ok(existsSync(path.join(repositoryRoot, target)), `${document} → ${link}`);
      if (anchor !== undefined && target.endsWith('.md'))
        t.ok(anchorsOf(textOf(target)).includes(anchor), `${document} → ${link}: the heading is there`);
    }
  }
});

t.test('documents name files and commands that exist', async (t) => {
  const scripts = Object.keys((JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }).scripts);
  for (const document of documents.filter((file) => file !== 'CHANGELOG.md')) {
    const text = textOf(document);
    // `lab/core/record.ts`, `docs/guide/guests.md`; not patterns with * or <…>
    for (const [, file = ''] of text.matchAll(/`((?:lab|src|docs|schemas|vagrant|\.ci)\/[\w./-]+)`/g))
      t.ok(existsSync(path.join(repositoryRoot, file)), `${document} names ${file}`);
    for (const [, script = ''] of text.matchAll(/npm run ([a-z:-]+)/g))
      t.ok(scripts.includes(script), `${document} names npm run ${script}`);
  }
});

t.test('every document is reachable from the README', async (t) => {
  const seen = new Set(['README.md']);
  for (const document of seen) {
    for (const link of linksOf(textOf(document))) {
      const target = path.posix.join(path.posix.dirname(document), link.split('#')[0] ?? '');
      if (documents.includes(target)) seen.add(target);
    }
  }
  t.same(
    documents.filter((document) => !seen.has(document)),
    [],
    'link it from README.md or from a page that is',
  );
});

const program = await labProgram(
  '0.0.0',
  { stdout: { write: () => {} }, stderr: { write: () => {} }, environment: {}, cwd: '.', signal: new AbortController().signal },
  () => {},
);

/** What is wrong with a command line of the lab as a document gives it: an unknown command or option. */
function problemIn(words: readonly string[]): string | undefined {
  let command: Command = program;
  let rest = [...words];
  for (;;) {
    const next = command.commands.find((child) => child.name() === rest[0]);
    if (next === undefined) break;
    command = next;
    rest = rest.slice(1);
  }
  if (command === program) {
    if (rest[0] !== undefined && !rest[0].startsWith('-') && rest[0] !== 'help') return `there is no command ${rest[0]}`;
    command = program.commands.find((child) => child.name() === 'run') as Command;
  }
  const end = rest.indexOf('--');
  const options = (end === -1 ? rest : rest.slice(0, end)).filter((word) => word.startsWith('--'));
  const unknown = options.find((word) => word !== '--help' && command.options.every((option) => option.long !== word));
  return unknown === undefined ? undefined : `${command.name()} has no option ${unknown}`;
}

/** Command lines of the lab in a text: `npm run lab -- list`, `lab clean --cache`. */
const commandLinesIn = (text: string): readonly string[] =>
  [...text.matchAll(/npm run lab --\s+([^`\n#>;]+)|`lab ([^`\n]+)`/g)].map((match) => (match[1] ?? match[2] ?? '').trim());

t.test('documents and hints give command lines that exist', async (t) => {
  t.match(problemIn(['no-such-command']), /no command/);
  t.match(problemIn(['clean', '--no-such-option']), /clean has no option --no-such-option/);
  t.equal(problemIn(['--guest', 'win11', '--check', 'benchmark']), undefined);
  const texts = [
    ...documents.filter((file) => !file.startsWith('docs/anivault/')).map((file) => [file, textOf(file)] as const),
    ...Object.entries(errorCatalogue).map(([code, { hint }]) => [`hint of ${code}`, hint] as const),
  ];
  const given = texts.flatMap(([where, text]) => commandLinesIn(text).map((line) => ({ where, line })));
  t.ok(given.length > 20, `finds command lines (${given.length})`);
  for (const { where, line } of given) {
    // COMMAND, RUN, {guest} stand for something; a sentence may go on after a semicolon or dash
    const words = line.split(/\s+/).filter((word) => !/^\[|…$/.test(word));
    if (words[0] === 'COMMAND' || words[0] === 'run') continue;
    t.equal(problemIn(words), undefined, `${where}: lab ${line}`);
  }
});
