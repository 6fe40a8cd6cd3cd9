import type { ErrorEntry } from './error-entry.ts';

/** What can go wrong with hosts that are there already. */
export const existingErrors = {
  'existing.not-described': {
    kind: 'usage',
    message: 'The host {guest} is not described as it has to be: {problem}',
    hint: 'docs/guide/existing-hosts.md shows an `existing` for WinRM and one for SSH.',
  },
  'existing.no-credential': {
    kind: 'usage',
    message: 'Nobody can log in to {guest}: {reason}',
    hint: 'Name an environment variable in `passwordEnv`, or a file in `passwordFile` or `identityFile`; passwords do not belong in lab.config.json.',
  },
  'existing.reset-failed': {
    kind: 'guest',
    message: 'The host {guest} could not be reset: {reason}',
    hint: 'Try what stands in its `reset` by hand. Nothing was asked of the host, since it may be in any state.',
  },
  'existing.cannot-reset': {
    kind: 'guest',
    message: 'The host {guest} at {address} was used and nothing resets it: it is not pristine and is not called so',
    hint: 'Give it a `reset` in lab.config.json. After making it anew by hand, remove {note}.',
  },
  'existing.released': {
    kind: 'lab',
    message: 'The host {guest} was released already',
    hint: 'This is a fault of the lab: please report it.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
