import { z } from 'zod';
import type { Format } from '../../core/formats.ts';
import type { Change } from './parse-commit.ts';
import { type Demand, demands } from './version-rules.ts';

const hash = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);
const version = z.string().meta({ description: 'Semantic Versioning 2.0.0, without `v`' });

const noteEntry = z.strictObject({
  scope: z.string().optional().meta({ description: 'Part of the product' }),
  text: z.string().meta({ description: 'Plain text, one line' }),
  commits: z.array(hash).min(1).meta({ description: 'Oldest first; several where they say the same' }),
  references: z.array(z.string()).meta({ description: 'Issues: `#12`, `owner/name#12`' }),
  authors: z.array(z.string()).meta({ description: 'Names, where they were asked for' }),
});
export type NoteEntry = z.infer<typeof noteEntry>;

/** Titles of groups in the order of notes. Words of Keep a Changelog 1.1.0 where it has one. */
export const sectionTitles = [
  'Breaking changes',
  'Security',
  'Added',
  'Changed',
  'Deprecated',
  'Removed',
  'Fixed',
  'Performance',
  'Documentation',
  'Internal',
] as const;
export type SectionTitle = (typeof sectionTitles)[number];

const noteSection = z.strictObject({ title: z.enum(sectionTitles), entries: z.array(noteEntry).min(1) });
export type NoteSection = z.infer<typeof noteSection>;

/** What `lab release-notes --json` prints. */
export const releaseNotes = z.strictObject({
  $schema: z.literal('release-notes.v1.json'),
  product: z.string(),
  version: version.meta({ description: 'The version that the notes are for' }),
  least: version.meta({ description: 'The least version that fits the changes' }),
  last: version.optional().meta({ description: 'The release before; absent: this is the first' }),
  demand: z.enum(demands).meta({ description: 'What the changes since the last stable release ask of the next version' }),
  demandedBy: z.array(z.string()).meta({ description: 'Commits that ask for it, at most ten: `0123456789 feat!: …`' }),
  date: z.iso.date().meta({ description: 'Of the newest commit (UTC), or as given' }),
  commits: z.strictObject({
    since: hash.optional().meta({ description: 'Absent: from the first' }),
    until: hash,
    count: z.int().min(0),
    leftOut: z.int().min(0).meta({ description: 'Merges, and types that are not for readers' }),
    takenBack: z.int().min(0).meta({ description: 'Reverted commits and what reverts them' }),
  }),
  sections: z.array(noteSection),
  warnings: z.array(z.string()),
});
export type ReleaseNotes = z.infer<typeof releaseNotes>;

export const releaseNotesFormat = { file: 'release-notes.v1.json', title: 'Release notes', schema: releaseNotes } satisfies Format;

/** Types that readers of notes have no use for. */
export const usuallyLeftOut: readonly string[] = ['chore', 'style', 'test', 'ci', 'build'];

export interface Grouping {
  /** Types of commits to leave out; a breaking change is never left out. */
  readonly leftOut: readonly string[];
  readonly authors: boolean;
}

/** Whether notes tell of a commit. */
export const isTold = ({ type, breaking, parents }: Change, { leftOut }: Pick<Grouping, 'leftOut'>): boolean =>
  breaking !== undefined || (parents.length < 2 && type !== 'fixup' && !(type !== undefined && leftOut.includes(type)));

/** What a commit asks of the next version. */
export function demandOf(change: Change): Demand {
  if (change.breaking !== undefined) return 'breaking';
  if (!isTold(change, { leftOut: usuallyLeftOut })) return 'nothing';
  return change.type === 'feat' || change.type === 'deprecate' || change.type === 'remove' ? 'feature' : 'fix';
}

/** Puts changes under headings. Pure. `changes` are newest first, as git has them; entries are oldest first, as they are appended to a changelog. */
export function sectionsOf(changes: readonly Change[], grouping: Grouping): readonly NoteSection[] {
  const sections = new Map<SectionTitle, Map<string, NoteEntry>>();
  for (const change of changes.toReversed()) {
    if (!isTold(change, grouping)) continue;
    for (const [title, text] of linesOf(change)) {
      const section = sections.get(title) ?? new Map<string, NoteEntry>();
      sections.set(title, section);
      const key = `${change.scope ?? ''}\0${text.toLowerCase()}`;
      const known = section.get(key);
      section.set(key, {
        ...(change.scope === undefined ? {} : { scope: change.scope }),
        text: known?.text ?? text,
        commits: [...(known?.commits ?? []), change.hash],
        references: [...new Set([...(known?.references ?? []), ...change.references])],
        authors: grouping.authors ? [...new Set([...(known?.authors ?? []), ...change.authors])] : [],
      });
    }
  }
  return sectionTitles.flatMap((title) => {
    const entries = [...(sections.get(title)?.values() ?? [])];
    return entries.length === 0 ? [] : [{ title, entries }];
  });
}

/** Where a change is told, and with which words. What breaks is told once for each footer, and nowhere else. */
function linesOf(change: Change): readonly (readonly [SectionTitle, string])[] {
  const { breaking, text } = change;
  if (breaking === undefined) return [[titleOf(change), text]];
  if (breaking.length === 0) return [['Breaking changes', text]];
  return breaking.map((note) => ['Breaking changes', `${text}: ${note}`] as const);
}

function titleOf({ type, scope }: Change): SectionTitle {
  switch (type) {
    case 'feat':
      return 'Added';
    case 'fix':
      return scope === 'security' ? 'Security' : 'Fixed';
    case 'perf':
      return 'Performance';
    case 'security':
      return 'Security';
    case 'deprecate':
      return 'Deprecated';
    case 'remove':
      return 'Removed';
    case 'docs':
      return 'Documentation';
    case 'chore':
    case 'style':
    case 'test':
    case 'ci':
    case 'build':
      return 'Internal';
    case undefined:
    default:
      return 'Changed';
  }
}
