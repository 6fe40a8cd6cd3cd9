import { exitCodes } from './exit-code.ts';

/** Expected failures around paths that the user names. A part of the catalogue in `program-error.ts`. */
export const pathErrors = {
  'path-drive-relative': {
    exitCode: exitCodes.fatal,
    hint: 'Write a backslash after the colon for the folder at the root of the drive, or the whole path.',
  },
  'path-not-a-place': {
    exitCode: exitCodes.fatal,
    hint: 'Name a folder; this is the name of a device, whatever its ending and wherever it stands.',
  },
  'path-too-long': {
    exitCode: exitCodes.fatal,
    hint: 'Move the folder to a shorter path, or give a part of it a drive letter with `subst`.',
  },
} as const;
