import { LabError } from '../../core/error.ts';
import { type Changelog, type ChangelogSection, changelogText, markupLines, parseChangelog } from './changelog.ts';
import { historyOf } from './cancel-reverts.ts';
import { entryLine, entryWords } from './notes-markdown.ts';
import type { Change } from './parse-commit.ts';
import { type NoteEntry, type NoteSection, sectionTitles } from './release-notes.ts';
import type { WebLinks } from './web-links.ts';

/** What a changelog is to tell. */
export interface Telling {
  readonly file: string;
  readonly sections: readonly NoteSection[];
  /** All changes since the last release, for what a person says to have told up to a commit. */
  readonly changes: readonly Pick<Change, 'hash' | 'parents'>[];
  readonly links: WebLinks | undefined;
}

/** A version that the changelog gets a section for. */
export interface Releasing {
  readonly version: string;
  readonly date: string;
  /** Tag of the release before, and of this one. */
  readonly previousTag?: string | undefined;
  readonly tag: string;
}

const HEAD = `# Changelog

The form is that of [Keep a Changelog](https://keepachangelog.com/en/1.1.0/), the versions follow [Semantic Versioning](https://semver.org/spec/v2.0.0.html).

`;
// 0123456789  [0123456789](…)
const HASHES = /\b[0-9a-f]{7,64}\b/g;
// <!-- told by hand up to 0123456789 -->
const BY_HAND = /<!--\s*told by hand up to ([0-9a-f]{7,64})\s*-->/g;

const encode = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/**
 * The entries that a changelog lacks. An entry is there when one of its commits is named anywhere in the section of what is not released (or of
 * `version`), when an item says the same, or when a comment says that all up to a later commit is told by hand. Pure; `text` is in `latin1`.
 */
export function untoldIn(text: string, telling: Telling, version?: string): readonly NoteSection[] {
  const { sections } = parseChangelog(text, telling.file);
  const current = sections.filter(({ name }) => name === 'unreleased' || (version !== undefined && name === version));
  return untold(current.map(({ body }) => body).join(''), telling);
}

/**
 * A changelog that tells of everything: what is lacking is put below what is there, under the heading it belongs to. What a person wrote keeps its
 * words and its order; sections of releases keep every byte. Doing it twice changes nothing. Pure; texts are in `latin1`.
 *
 * With `releasing` what was not released becomes the section of that version, and an empty one stands above it.
 */
export function tellInChangelog(text: string | undefined, telling: Telling, releasing?: Releasing): string {
  const parsed = withUnreleased(parseChangelog(text ?? encode(HEAD), telling.file));
  const { newline } = parsed;
  const place = (name: string): number => parsed.sections.findIndex((section) => section.name === name);
  const unreleased = parsed.sections[place('unreleased')] as ChangelogSection;
  const released = releasing === undefined ? undefined : parsed.sections[place(releasing.version)];
  if (releasing !== undefined && released !== undefined) {
    // It was written before and is not tagged yet: what came since belongs to it.
    if (unreleased.body.trim() !== '') {
      const reason = `it has a section for ${releasing.version} already, and entries that are not released`;
      throw LabError.of('release-notes.changelog-unclear', { file: telling.file, reason });
    }
    const body = withEntries(released.body, untold(released.body, telling), telling.links, newline);
    return changelogText({
      ...parsed,
      sections: parsed.sections.map((section) => (section === released ? { ...section, body } : section)),
    });
  }
  const body = withEntries(unreleased.body, untold(unreleased.body, telling), telling.links, newline);
  if (releasing === undefined)
    return changelogText({
      ...parsed,
      sections: parsed.sections.map((section) => (section === unreleased ? { ...section, body } : section)),
    });

  const named = /\[/.test(unreleased.heading) ? `[${releasing.version}]` : releasing.version;
  const heading = `## ${named} - ${releasing.date}${newline}`;
  const sections = parsed.sections.flatMap((section) =>
    section === unreleased
      ? [
          { ...unreleased, body: newline },
          { name: releasing.version, heading, body },
        ]
      : [section],
  );
  return changelogText({ ...parsed, sections, foot: withLinks({ ...parsed, sections }, releasing, telling.links) });
}

function untold(body: string, { sections, changes, links }: Telling): readonly NoteSection[] {
  const hashes = [...new Set(body.match(HASHES) ?? [])];
  const byBeginning = Map.groupBy(hashes, (hash) => hash.slice(0, 7));
  const starts = [...body.matchAll(BY_HAND)].map(([, hash = '']) => hash);
  const byHash = new Map(changes.map((change) => [change.hash, change]));
  const byHand = historyOf(
    changes.filter(({ hash }) => starts.some((start) => hash.startsWith(start))).map(({ hash }) => hash),
    byHash,
  );
  const said = new Set(body.split('\n').map(wordsOf));
  const isTold = (entry: NoteEntry): boolean =>
    said.has(wordsOf(encode(entryLine(entry, links)))) ||
    said.has(wordsOf(encode(`- ${entryWords(entry)}`))) ||
    entry.commits.every((hash) => byHand.has(hash) || byBeginning.get(hash.slice(0, 7))?.some((start) => hash.startsWith(start)));
  return sections.flatMap(({ title, entries }) => {
    const missing = entries.filter((entry) => !isTold(entry));
    return missing.length === 0 ? [] : [{ title, entries: missing }];
  });
}

/** `- **scope**: words (…) by …` without the brackets that say where it comes from. */
const wordsOf = (line: string): string =>
  line
    .trim()
    .replace(/^[-*+][ \t]+/, '')
    .replace(/ \((?:[^()]|\([^()]*\))*\)(?: by [^()]*)?$/, '');

/** Adds a section for what is not released where there is none: above the first release. */
function withUnreleased(changelog: Changelog): Changelog {
  const { sections, newline } = changelog;
  if (sections.some(({ name }) => name === 'unreleased')) return changelog;
  const heading = `## [Unreleased]${newline}`;
  const at = sections.findIndex(({ name }) => name !== undefined);
  const before = at === -1 ? sections : sections.slice(0, at);
  const whole = (text: string): string => (text === '' || text.endsWith('\n') ? text : text + newline);
  const endsBlank = (text: string): string => (text === '' || /\n\r?\n$/.test(text) ? text : whole(text) + newline);
  const last = before.at(-1);
  return {
    ...changelog,
    head: last === undefined ? endsBlank(changelog.head) : changelog.head,
    sections: [
      ...before.slice(0, -1),
      ...(last === undefined ? [] : [{ ...last, body: endsBlank(last.heading + last.body).slice(last.heading.length) }]),
      { name: 'unreleased', heading, body: newline },
      ...sections.slice(before.length),
    ],
  };
}

/** The body of a section with entries added below those that are there. */
function withEntries(body: string, missing: readonly NoteSection[], links: WebLinks | undefined, newline: string): string {
  let text = body;
  for (const { title, entries } of missing) {
    const added = entries.map((entry) => encode(entryLine(entry, links)) + newline).join('');
    text = withGroup(text, title, added, newline);
  }
  return text;
}

function withGroup(body: string, title: NoteSection['title'], added: string, newline: string): string {
  const lines = body.split(/(?<=\n)/);
  const groups = markupLines(body).flatMap((line, index) => {
    // ### Added
    const heading = /^ {0,3}###[ \t]+(.*?)[ \t#]*$/.exec(line.trimEnd())?.[1];
    return heading === undefined ? [] : [{ heading: heading.toLowerCase(), index }];
  });
  const at = groups.findIndex(({ heading }) => heading === title.toLowerCase());
  if (at !== -1) {
    const end = groups[at + 1]?.index ?? lines.length;
    const filled = lines.slice(0, end).findLastIndex((line) => line.trim() !== '') + 1;
    const isEmpty = filled === (groups[at]?.index ?? 0) + 1;
    const start = lines.slice(0, filled).join('');
    const rest = lines.slice(filled).join('');
    return (
      withEnd(start, newline) +
      (isEmpty ? newline : '') +
      added +
      (isEmpty && rest.trim() !== '' ? newline : '') +
      (isEmpty ? rest.trimStart() || newline : rest)
    );
  }
  const rank = (heading: string): number => sectionTitles.findIndex((one) => one.toLowerCase() === heading);
  const later = groups.find(({ heading }) => rank(heading) > rank(title.toLowerCase()));
  const block = `### ${title}${newline}${newline}${added}`;
  if (later !== undefined) return lines.slice(0, later.index).join('') + block + newline + lines.slice(later.index).join('');
  const filled = lines.findLastIndex((line) => line.trim() !== '') + 1;
  const start = withEnd(lines.slice(0, filled).join(''), newline);
  // The blank line below the heading, and between the last group and this one.
  return `${start}${newline}${block}${
    lines
      .slice(filled)
      .join('')
      .replace(/^\r?\n/, '') || newline
  }`;
}

const withEnd = (text: string, newline: string): string => (text === '' || text.endsWith('\n') ? text : text + newline);

/** The link definitions with those of a new version. What is there and is not about the unreleased stays. */
function withLinks({ foot, newline, sections }: Changelog, { version, previousTag, tag }: Releasing, links: WebLinks | undefined): string {
  if (links === undefined) return foot;
  const own = `[${version}]: ${previousTag === undefined ? links.tag(tag) : links.compare(previousTag, tag)}${newline}`;
  const unreleased = `[Unreleased]: ${links.compare(tag, 'HEAD')}${newline}`;
  const lines = foot.split(/(?<=\n)/);
  const at = lines.findIndex((line) => /^ {0,3}\[unreleased\]:/i.test(line));
  if (at !== -1) return [...lines.slice(0, at), unreleased, own, ...lines.slice(at + 1)].join('');
  // A definition cannot follow a paragraph without a blank line between.
  const last = sections.at(-1)?.body ?? '';
  const gap = /(?:^|\n)\r?\n$/.test(last) ? '' : last.endsWith('\n') ? newline : newline + newline;
  return gap + unreleased + own + foot;
}
