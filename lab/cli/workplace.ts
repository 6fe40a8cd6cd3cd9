import { Masker } from '../core/secret.ts';
import { systemClock } from '../host/clock.ts';
import { type Folders, foldersIn } from '../host/folders.ts';
import type { CliContext } from './cli-context.ts';
import type { SigningParts } from './sign-release.ts';

/** What a command works with that asks nothing of guests. */
export interface Workplace {
  readonly folders: Folders;
  readonly clock: typeof systemClock;
  readonly masker: Masker;
  /** For signers. */
  readonly signing: SigningParts;
}

/** The real one. Loads nothing of guests, unlike `wire`. */
export function workplaceIn({ environment, masker = new Masker() }: CliContext): Workplace {
  return { folders: foldersIn(environment), clock: systemClock, masker, signing: { environment, masker } };
}
