import type { ErrorEntry } from './error-entry.ts';

/** What can go wrong when files are copied, whatever carries them. */
export const copyErrors = {
  'copy.unsafe-name': {
    kind: 'usage',
    message: '{folder} cannot be copied: {problem}',
    hint: 'Windows could not keep it apart or store it; rename it, or copy the other files by themselves.',
  },
  'copy.exists': {
    kind: 'usage',
    message: 'There is something else at {path} already',
    hint: 'A folder is copied as a whole and replaces nothing; give another name, or remove what is there.',
  },
  'copy.archive-refused': {
    kind: 'transport',
    message: 'The guest could not {what} {path}: {reason}',
    hint: 'Nothing was left under that name. Check that there is room on the disk and that nothing writes to the folder.',
  },
  'copy.tree-mismatch': {
    kind: 'transport',
    message: '{path} arrived changed: its list of files has SHA-256 {actual} instead of {expected}',
    hint: 'Files were changed while they were copied, or the guest cannot be trusted. Copy it again.',
  },
  'copy.not-listening': {
    kind: 'host',
    message: 'Files cannot be offered to the guest: {reason}',
    hint: 'Give the endpoint’s `pull` an address of this host; without one, files are pushed.',
  },
  'copy.no-way': {
    kind: 'transport',
    message: 'No way was left to copy {path}: {reasons}',
    hint: 'docs/reference/copy.md says what each way needs of the guest.',
  },
} as const satisfies Record<string, ErrorEntry>;
