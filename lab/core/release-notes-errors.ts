import type { ErrorEntry } from './error-entry.ts';

/** What can be wrong with release notes and versions. */
export const releaseNotesErrors = {
  'release-notes.no-history': {
    kind: 'host',
    message: 'The commits since the last release cannot be read: {reason}',
    hint: 'Release notes are made of commits: run it in a full clone of the repository, with git installed.',
  },
  'release-notes.shallow-clone': {
    kind: 'host',
    message: 'The repository is a shallow clone, so commits and tags are missing',
    hint: 'Fetch the rest first: git fetch --unshallow --tags',
  },
  'release-notes.unknown-revision': {
    kind: 'usage',
    message: 'There is no commit {revision} in this repository',
    hint: 'Name a tag, a branch or a commit that leads to HEAD; `git tag --merged` lists the tags.',
  },
  'release-notes.version-refused': {
    kind: 'usage',
    message: '{version} cannot be the next version: {reason}',
    hint: '{fix}',
  },
  'release-notes.changelog-unclear': {
    kind: 'product',
    message: '{file} cannot be written without guessing: {reason}',
    hint: 'Mend it by hand; nothing was changed. The form is that of Keep a Changelog 1.1.0.',
  },
} as const satisfies Record<string, ErrorEntry>;
