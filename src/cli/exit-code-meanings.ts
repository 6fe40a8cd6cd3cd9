import { exitCodes } from '../core/exit-code.ts';

/** What each exit code says, for the help and the command reference. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  success: 'Everything asked for was done.',
  fatal: 'It could not be done, or the command line was not understood. The message says why.',
  tmdbKey: 'The TMDB key is missing or wrong.',
  contractViolation: 'The program was about to print something that its own schema does not allow: a bug.',
  permission: 'A folder or every file in question is off limits.',
  diskFull: 'The disk is full. What was moved stays moved.',
  planConflict: 'Some files stay because another file has, or would get, the same name. The rest was done.',
  cacheCorrupt: 'What is in the place of the cache is none: `anivault cache clear` helps.',
  partialSuccess:
    'Done in part: some names were not understood, some titles are not sure, or some files or folders could not be read or moved.',
  interrupted: 'Stopped by Ctrl-C or the system.',
};

/** The exit codes with their meanings, the smallest first. */
export const exitCodeRows: readonly (readonly [code: number, meaning: string])[] = Object.entries(exitCodes)
  .map(([name, code]) => [code, exitCodeMeanings[name as keyof typeof exitCodes]] as const)
  .toSorted(([a], [b]) => a - b);
