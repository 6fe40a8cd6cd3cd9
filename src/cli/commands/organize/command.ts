import path from 'node:path';
import { buildInfo } from '../../../core/build-info.ts';
import { exitCodes } from '../../../core/exit-code.ts';
import { findLibrary } from '../../../organize/find-library.ts';
import { planLibrary } from '../../../organize/plan-library.ts';
import { writePlan } from '../../../organize/plan-file.ts';
import { loadNameParser } from '../../../parse/anime-name-parser.ts';
import type { Command } from '../../context.ts';
import { startFigures } from '../../figures.ts';
import { carryOut } from './carry-out.ts';

interface OrganizeOptions {
  readonly folder: string;
  readonly to: string;
  readonly apply: boolean;
  /** File that the plan is written to. */
  readonly plan?: string;
}

/** `organize DIR --to DIR`: plans where each video belongs and, with `--apply`, moves it there. */
export const organize: Command<OrganizeOptions> = async (options, context) => {
  const { emit, currentFolder, signal } = context;
  const figures = startFigures();
  const source = path.resolve(currentFolder, options.folder);
  const destination = path.resolve(currentFolder, options.to);
  await emit({ type: 'started', schema: 'cli-event.v1', command: 'organize', version: buildInfo.version, source, destination });
  const found = await findLibrary(source, await loadNameParser(), signal, (problem) => emit({ type: 'problem', ...problem }));
  const plan = await planLibrary(found, { source, destination });
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
