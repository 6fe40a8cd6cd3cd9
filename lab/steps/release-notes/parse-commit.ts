import { CommitParser } from 'conventional-commits-parser';
import { plainWords } from './plain-words.ts';
import type { Commit } from './read-commits.ts';

/** A commit that another takes back. */
export type Reverted =
  | { readonly by: 'hash'; readonly hash: string; /** For a merge: the side that stays. */ readonly mainline?: string }
  | { readonly by: 'header'; readonly header: string };

/** What a commit says of itself. All texts are plain lines. */
export interface Change {
  readonly hash: string;
  readonly parents: readonly string[];
  /** In lower case, and one word for each thing: `feature` is `feat`. Absent where the subject is no conventional commit. */
  readonly type?: string;
  readonly scope?: string;
  /** The subject without type and scope. */
  readonly text: string;
  /** The first line as it is. */
  readonly header: string;
  /** What stops working, as its footers say; empty where only `!` says that something does. Absent: nothing does. */
  readonly breaking?: readonly string[];
  /** Issues that it names in the subject or closes: `#12`, `owner/name#12`. */
  readonly references: readonly string[];
  readonly reverts: readonly Reverted[];
  /** Names without addresses: author, then co-authors. */
  readonly authors: readonly string[];
  readonly isCut: boolean;
}

const MOST_SUBJECT = 300;
const MOST_BREAKING = 1000;
const MOST_NAME = 80;
const MOST_LINE = 4096;
const MOST_REFERENCES = 20;

// feat(winrm)!: sealed messages
const HEADER = /^([a-z][a-z-]{0,30})(?:\(([^()\n]{1,80})\))?(!)?:[ \t]+(\S.*)$/i;
// BREAKING CHANGE: the format is another  ·  BREAKING-CHANGE: …
const NOTES = /^(BREAKING[ -]CHANGE):\s*(.*)$/;
// (#12)  (#12, #13) at the end of a subject
const TRAILING_REFERENCES = /\s*\((?:(?:[\w.-]{1,40}\/[\w.-]{1,100})?#\d{1,9}(?:,\s*)?)+\)$/;
// This reverts commit 0123abc, reversing changes made to 4567def.
const REVERTS = /\bThis reverts commit ([0-9a-f]{7,64})(?:,\s+reversing\s+changes\s+made\s+to\s+([0-9a-f]{7,64}))?/g;
// Revert "feat: sealed messages"
const REVERT_HEADER = /^Revert "(.*)"$/;
// Refs: 676104e, a215868
const REFS = /^Refs:\s*([0-9a-f]{7,64}(?:\s*,\s*[0-9a-f]{7,64})*)\s*$/gim;
// Co-authored-by: Somebody <somebody@example.org>
const CO_AUTHOR = /^Co-authored-by:\s*([^<\n]{1,200}?)\s*<[^>\n]*>\s*$/gim;
// fixup! feat: sealed messages
const FIXUP = /^(?:fixup|squash|amend)! /;

const TYPES: Readonly<Record<string, string>> = {
  feature: 'feat',
  bugfix: 'fix',
  hotfix: 'fix',
  performance: 'perf',
  sec: 'security',
  deprecated: 'deprecate',
  removed: 'remove',
  doc: 'docs',
  tests: 'test',
};
const KNOWN = new Set('feat fix perf security deprecate remove refactor docs revert build chore ci style test'.split(' '));

const parser = new CommitParser({
  headerPattern: HEADER,
  headerCorrespondence: ['type', 'scope', 'mark', 'subject'],
  notesPattern: () => NOTES,
  // `-name-` lines would set any property of what comes out.
  fieldPattern: undefined,
});

/** Reads what a commit says. Pure and total: whatever stands in a message, something comes out in time that grows with its length only. */
export function parseCommit({ hash, parents, author, message, isCut }: Commit): Change {
  const bounded = message
    .split('\n')
    .map((line) => line.slice(0, MOST_LINE))
    .join('\n');
  const header = bounded.trimStart().split('\n')[0]?.trimEnd() ?? '';
  const found = HEADER.exec(header);
  const said = found?.[1]?.toLowerCase() ?? '';
  const type = FIXUP.test(header) ? 'fixup' : (TYPES[said] ?? said);
  const isKnown = type === 'fixup' || KNOWN.has(type);
  const parsed = bounded.trim() === '' ? undefined : parser.parse(bounded);
  const notes = (parsed?.notes ?? []).map(({ text }) => plainWords(text, MOST_BREAKING)).filter((text) => text !== '');
  const references = (parsed?.references ?? [])
    .filter(({ action, raw }) => action !== null || header.includes(raw))
    .map(({ owner, repository, prefix, issue }) => `${owner === null ? '' : `${owner}/`}${repository ?? ''}${prefix}${issue}`)
    // owner/name#12  #12
    .filter((reference) => /^(?:[\w.-]{1,40}\/[\w.-]{1,100})?#\d{1,9}$/.test(reference));
  const subject = isKnown && found ? (found[4] ?? '') : header.replace(FIXUP, '');
  const withoutReferences = subject.replace(TRAILING_REFERENCES, '');
  const scope = plainWords(isKnown ? (found?.[2] ?? '') : '', MOST_NAME);
  const isBreaking = notes.length > 0 || (parsed?.notes.length ?? 0) > 0 || (found?.[3] === '!' && isKnown);
  return {
    hash,
    parents,
    ...(isKnown ? { type } : {}),
    ...(scope === '' ? {} : { scope }),
    text: plainWords(withoutReferences === '' ? subject : withoutReferences, MOST_SUBJECT) || '(no subject)',
    header: plainWords(header, MOST_LINE),
    ...(isBreaking ? { breaking: notes } : {}),
    references: [...new Set(references)].slice(0, MOST_REFERENCES),
    reverts: revertsOf(bounded, header, type),
    authors: [
      ...new Set([author, ...[...bounded.matchAll(CO_AUTHOR)].map((match) => match[1] ?? '')].map((name) => plainWords(name, MOST_NAME))),
    ]
      .filter((name) => name !== '')
      .slice(0, MOST_REFERENCES),
    isCut,
  };
}

function revertsOf(message: string, header: string, type: string): readonly Reverted[] {
  const hashes = [...message.matchAll(REVERTS)].map(([, hash = '', mainline]): Reverted => ({
    by: 'hash',
    hash,
    ...(mainline === undefined ? {} : { mainline }),
  }));
  if (hashes.length > 0) return hashes.slice(0, MOST_REFERENCES);
  if (type === 'revert') {
    const refs = [...message.matchAll(REFS)].flatMap(([, list = '']) => list.split(',').map((hash) => hash.trim().toLowerCase()));
    if (refs.length > 0) return refs.slice(0, MOST_REFERENCES).map((hash): Reverted => ({ by: 'hash', hash }));
    const inner = header.slice(header.indexOf(':') + 1).trim();
    return inner === '' ? [] : [{ by: 'header', header: plainWords(inner, MOST_LINE) }];
  }
  const quoted = REVERT_HEADER.exec(header)?.[1];
  return quoted === undefined ? [] : [{ by: 'header', header: plainWords(quoted, MOST_LINE) }];
}
