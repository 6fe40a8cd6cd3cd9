import path from 'node:path';
import { buildInfo } from '../../../core/build-info.ts';
import { exitCodes } from '../../../core/exit-code.ts';
import { ProgramError } from '../../../core/program-error.ts';
import { stateFolder } from '../../../core/state-folder.ts';
import { findLibrary } from '../../../organize/find-library.ts';
import { keptOperations } from '../../../organize/operation-files.ts';
import { writePlan } from '../../../organize/plan-file.ts';
import { planLibrary } from '../../../organize/plan-library.ts';
import { loadNameParser } from '../../../parse/anime-name-parser.ts';
import { userSettings } from '../../../settings/user-settings.ts';
import type { Command, CommandContext } from '../../context.ts';
import { startFigures } from '../../figures.ts';
import { carryOut } from './carry-out.ts';

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
  const { emit, currentFolder, signal, progress } = context;
  const figures = startFigures();
  const source = path.resolve(currentFolder, options.folder);
  const destination = path.resolve(currentFolder, options.to ?? (await libraryOf(context)));
  await emit({ type: 'started', schema: 'cli-event.v1', command: 'organize', version: buildInfo.version, source, destination });
  if (options.apply) await tellUnfinished(context);
  const found = await (async () => {
    using bar = progress.start('Looking', 'files');
    return findLibrary(source, await loadNameParser(), signal, (problem) => emit({ type: 'problem', ...problem }), bar.advance);
  })();
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

async function libraryOf({ environment, masker }: CommandContext): Promise<string> {
  const { library } = await userSettings(environment, masker).read();
  if (library === undefined) throw new ProgramError('no-library', 'No folder is named that the files should go to');
  return library;
}

/** A user who runs the command once more after it was cut off should hear of the better way. Counts as no problem: this run is not hurt by it. */
async function tellUnfinished({ environment, emit }: CommandContext): Promise<void> {
  const newest = (await keptOperations(stateFolder(environment))).at(-1);
  if (newest === undefined) return;
  const message = `The operation ${newest} was cut off. \`organize --resume\` finishes it, \`rollback ${newest}\` takes it back.`;
  await emit({ type: 'problem', code: 'operation-unfinished', message });
}
