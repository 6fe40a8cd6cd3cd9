import { type ExitCode, exitCodes } from './exit-code.ts';
import { organizeErrors } from './organize-errors.ts';
import { pathErrors } from './path-errors.ts';
import { tmdbErrors } from './tmdb-errors.ts';

interface Entry {
  readonly exitCode: ExitCode;
  readonly hint: string;
}

const catalogue = {
  'folder-not-found': { exitCode: exitCodes.fatal, hint: 'Check the path; put it in quotes when it has spaces.' },
  'not-a-folder': { exitCode: exitCodes.fatal, hint: 'Name the folder that holds the files.' },
  'folder-unreadable': { exitCode: exitCodes.permission, hint: 'Check the permissions of the folder, or run as a user who may read it.' },
  'not-writable': {
    exitCode: exitCodes.permission,
    hint: 'Check the permissions of the folder, and that no other program has the file open.',
  },
  'disk-full': { exitCode: exitCodes.diskFull, hint: 'Free some space and run the command again; what was moved stays moved.' },
  'part-missing': { exitCode: exitCodes.fatal, hint: 'The program is incomplete: install it again.' },
  'part-changed': {
    exitCode: exitCodes.fatal,
    hint: 'A part of the program is not as it was built: install it again, and scan the machine for malware if it happens again.',
  },
  'part-broken': { exitCode: exitCodes.fatal, hint: 'Install the program again; if it happens again, report it with the message above.' },
  'contract-violation': { exitCode: exitCodes.contractViolation, hint: 'This is a bug of the program: report it with the message above.' },
  ...tmdbErrors,
  ...organizeErrors,
  ...pathErrors,
  'confirmation-needed': { exitCode: exitCodes.fatal, hint: 'Say yes in advance with --yes, or run the command on a terminal.' },
  interrupted: { exitCode: exitCodes.interrupted, hint: 'What was moved stays moved and stands in the journal.' },
  bug: { exitCode: exitCodes.fatal, hint: 'This is a bug of the program: report it with the message above.' },
} as const satisfies Record<string, Entry>;

export type ProgramErrorCode = keyof typeof catalogue;

/** An expected failure: what happened, what to do next, and the exit code that says so. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  readonly code: ProgramErrorCode;
  readonly hint: string;
  readonly exitCode: ExitCode;

  constructor(code: ProgramErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = catalogue[code].hint;
    this.exitCode = catalogue[code].exitCode;
  }
}

const FULL: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT']);
/** Whether the operating system has no room left. */
export const isFull = (error: unknown): boolean => FULL.has((error as NodeJS.ErrnoException).code);

const REFUSED: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM', 'EBUSY', 'EROFS']);

/** Turns what the operating system says of a write into an expected failure; gives back anything else as it is. */
export function writeProblem(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (isFull(error)) return new ProgramError('disk-full', `The disk is full: ${file}`, error);
  return isRefusal(error) ? new ProgramError('not-writable', `${file} cannot be written (${code})`, error) : error;
}

/** Whether the operating system refused for want of permission, or because somebody has the file open. */
export const isRefusal = (error: unknown): boolean => REFUSED.has((error as NodeJS.ErrnoException).code);
