import path from 'node:path';
import { type Plan, plan as planFormat } from '../../../contract/plan.ts';
import { conflictReasons } from '../../../contract/stay-reasons.ts';
import { buildInfo } from '../../../core/build-info.ts';
import { type ExitCode, exitCodes } from '../../../core/exit-code.ts';
import { stateFolder } from '../../../core/state-folder.ts';
import { writeFileAtomic } from '../../../core/write-file-atomic.ts';
import { applyMoves } from '../../../organize/apply-plan.ts';
import { existingFiles } from '../../../organize/existing-files.ts';
import { type NamedFile, makePlan } from '../../../organize/make-plan.ts';
import { openRollbackJournal } from '../../../organize/rollback-journal.ts';
import { loadNameParser } from '../../../parse/anime-name-parser.ts';
import { walk } from '../../../scan/walk.ts';
import type { Command, CommandContext } from '../../context.ts';
import { startFigures } from '../../figures.ts';

interface OrganizeOptions {
  readonly folder: string;
  readonly to: string;
  readonly apply: boolean;
  /** File that the plan is written to. */
  readonly plan?: string;
}

interface Tally {
  moves: number;
  failed: number;
  refused: number;
}

/** `organize DIR --to DIR`: plans where each video belongs and, with `--apply`, moves it there. */
export const organize: Command<OrganizeOptions> = async (options, context) => {
  const { emit, currentFolder } = context;
  const figures = startFigures();
  const source = path.resolve(currentFolder, options.folder);
  const destination = path.resolve(currentFolder, options.to);
  await emit({ type: 'started', schema: 'cli-event.v1', command: 'organize', version: buildInfo.version, source, destination });
  const { files, problems } = await namedFiles(source, context);
  const { moves, stays } = await makePlan(files, { source, destination }, existingFiles(destination));
  const plan: Plan = {
    $schema: 'plan.v1.json',
    madeAt: new Date().toISOString(),
    source,
    destination,
    moves: [...moves],
    stays: [...stays],
  };
  if (options.plan !== undefined) {
    await writeFileAtomic(path.resolve(currentFolder, options.plan), `${JSON.stringify(planFormat.parse(plan), null, 2)}\n`);
  }
  for (const stay of stays) await emit({ type: 'stay', ...stay });

  const tally: Tally = { moves: 0, failed: 0, refused: 0 };
  const journal = options.apply && moves.length > 0 ? await apply(plan, tally, context) : undefined;
  if (!options.apply) {
    for (const move of moves) await emit({ type: 'move', ...move, state: 'planned' });
    tally.moves = moves.length;
  }
  const conflicts = stays.filter((stay) => conflictReasons.includes(stay.reason)).length;
  await emit({
    type: 'organize-summary',
    applied: options.apply,
    files: files.length,
    moves: tally.moves,
    failed: tally.failed,
    stays: stays.length,
    conflicts,
    problems,
    ...journal,
    ...figures(),
  });
  const skipped = stays.some((stay) => stay.reason !== 'in-place');
  return exitCodeOf(tally, conflicts, skipped || problems > 0);
};

/** All failures for want of permission: 4; a conflict: 6; anything left undone: 10. */
function exitCodeOf(tally: Tally, conflicts: number, incomplete: boolean): ExitCode {
  if (tally.failed > 0 && tally.moves === 0 && tally.refused === tally.failed) return exitCodes.permission;
  if (conflicts > 0) return exitCodes.planConflict;
  return tally.failed > 0 || incomplete ? exitCodes.partialSuccess : exitCodes.success;
}

async function namedFiles(source: string, { emit, signal }: CommandContext): Promise<{ files: readonly NamedFile[]; problems: number }> {
  const parseName = await loadNameParser();
  const files: NamedFile[] = [];
  let problems = 0;
  for await (const folder of walk(source, signal)) {
    for (const problem of folder.problems) {
      problems += 1;
      await emit({ type: 'problem', ...problem });
    }
    for (const video of folder.videos) files.push({ ...video, parsed: parseName(path.posix.basename(video.path)) });
  }
  return { files, problems };
}

async function apply(
  plan: Plan,
  tally: Tally,
  { emit, signal, environment }: CommandContext,
): Promise<{ operation: string; journal: string }> {
  await using journal = await openRollbackJournal(stateFolder(environment), () => new Date());
  for await (const { move, result } of applyMoves(plan.moves, plan, journal, signal)) {
    switch (result.state) {
      case 'moved':
        tally.moves += 1;
        await emit({ type: 'move', ...move, state: 'moved' });
        break;
      case 'failed':
        tally.failed += 1;
        if (result.permission) tally.refused += 1;
        await emit({ type: 'move', ...move, state: 'failed', problem: result.problem });
        break;
    }
  }
  return { operation: journal.operation, journal: journal.file };
}
