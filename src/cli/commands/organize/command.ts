import path from 'node:path';
import { exitCodes } from '../../../core/exit-code.ts';
import { writePlan } from '../../../organize/plan-file.ts';
import { planLibrary } from '../../../organize/plan-library.ts';
import type { Command } from '../../context.ts';
import { startFigures } from '../../figures.ts';
import { startInFolder } from '../../start-in-folder.ts';
import { carryOut } from './carry-out.ts';
import { libraryOf } from './library-of.ts';
import { lookThrough } from './look-through.ts';
import { tellUnfinished } from './tell-unfinished.ts';

interface OrganizeOptions {
  readonly folder: string;
  /** The library; else what the settings say. */
  readonly to?: string;
  readonly apply: boolean;
  readonly copy: boolean;
  /** File that the plan is written to. */
  readonly plan?: string;
}

/** `organize DIR --to DIR`: plans where each video and what belongs to it goes and, with `--apply`, moves or copies it there. */
export const organize: Command<OrganizeOptions> = async (options, context) => {
  const { emit, currentFolder } = context;
  const figures = startFigures();
  const library = await libraryOf(options.to, context);
  const source = await startInFolder('organize', options.folder, context, library);
  const destination = library.folder;
  if (options.apply) await tellUnfinished(context);
  const found = await lookThrough(source, context);
  const plan = await planLibrary(found, { source, destination }, { transfer: options.copy ? 'copy' : 'move' });
  if (options.plan !== undefined) await writePlan(path.resolve(currentFolder, options.plan), plan);
  const { exitCode, ...done } = await carryOut(plan, options.apply, context);
  await emit({
    type: 'organize-summary',
    applied: options.apply,
    files: found.files.length,
    problems: found.problems,
    ...done,
    ...figures(),
  });
  return exitCode === exitCodes.success && found.problems > 0 ? exitCodes.partialSuccess : exitCode;
};
