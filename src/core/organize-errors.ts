import { exitCodes } from './exit-code.ts';

/** Expected failures around plans, operations and their journal. A part of the catalogue in `program-error.ts`. */
export const organizeErrors = {
  'journal-unwritable': { exitCode: exitCodes.fatal, hint: 'Nothing is moved without a journal. Check the folder named above.' },
  'journal-unreadable': { exitCode: exitCodes.fatal, hint: 'Check that you may read the file named above.' },
  'plan-unreadable': { exitCode: exitCodes.fatal, hint: 'Check the path; `organize FOLDER --to LIBRARY --plan FILE` writes a plan.' },
  'plan-damaged': { exitCode: exitCodes.fatal, hint: 'Make the plan again. A plan that was changed by hand is not carried out, either.' },
  'plan-foreign': { exitCode: exitCodes.fatal, hint: 'Make the plan again with this version of the program.' },
  'plan-unsafe': {
    exitCode: exitCodes.fatal,
    hint: 'A plan of this program never does that: do not use the file, and find out where it comes from.',
  },
  'plan-stale': {
    exitCode: exitCodes.planConflict,
    hint: 'Nothing was changed. Make the plan again; the lines above say what is different.',
  },
  'organize-busy': { exitCode: exitCodes.fatal, hint: 'Nothing was changed. Wait until it is done, then run the command again.' },
  'operation-unknown': { exitCode: exitCodes.fatal, hint: 'List the operations with `anivault log`.' },
  'nothing-to-resume': {
    exitCode: exitCodes.fatal,
    hint: 'List the operations with `anivault log`; only an unfinished one can be resumed.',
  },
} as const;
