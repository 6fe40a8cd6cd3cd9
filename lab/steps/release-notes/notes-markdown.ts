import { markdownWords } from './plain-words.ts';
import type { NoteEntry, NoteSection } from './release-notes.ts';
import type { WebLinks } from './web-links.ts';

/** Of a hash in notes: two commits of a hundred thousand hardly ever share so many. */
export const HASH_DIGITS = 10;

/** An entry as one line of Markdown. What people wrote in commits can be no markup in it. */
export function entryLine(entry: NoteEntry, links: WebLinks | undefined): string {
  const { commits, references, authors } = entry;
  const marks = [
    ...references.map((reference) => (links === undefined ? reference : `[${reference}](${links.issue(reference)})`)),
    ...commits.map((hash) => {
      const short = hash.slice(0, HASH_DIGITS);
      return links === undefined ? short : `[${short}](${links.commit(hash)})`;
    }),
  ];
  const by = authors.length === 0 ? '' : ` by ${authors.map(markdownWords).join(', ')}`;
  return `- ${entryWords(entry)} (${marks.join(', ')})${by}`;
}

/** What an entry says without saying where it comes from. */
export const entryWords = ({ scope, text }: Pick<NoteEntry, 'scope' | 'text'>): string =>
  scope === undefined ? markdownWords(text) : `**${markdownWords(scope)}**: ${markdownWords(text)}`;

/** Sections as Markdown, without a heading above them. */
export const sectionsMarkdown = (sections: readonly NoteSection[], links: WebLinks | undefined): string =>
  sections.map(({ title, entries }) => `### ${title}\n\n${entries.map((entry) => entryLine(entry, links)).join('\n')}\n`).join('\n');
