import path from 'node:path';
import { differences, staleDifferences } from '../../../contract/stay-reasons.ts';
import type { PlannedMove } from '../../../contract/plan.ts';
import { buildInfo } from '../../../core/build-info.ts';
import { exitCodes } from '../../../core/exit-code.ts';
import { ProgramError } from '../../../core/program-error.ts';
import { comparePlan } from '../../../organize/compare-plan.ts';
import { planDigest } from '../../../organize/plan-digest.ts';
import { readPlan } from '../../../organize/plan-file.ts';
import { refuseLinks } from '../../../organize/plan-paths.ts';
import type { Command } from '../../context.ts';
import { startFigures } from '../../figures.ts';
import { carryOut, withoutTime } from './carry-out.ts';

/**
 * `organize --from-plan FILE`: shows how the plan compares with what is there now and, with `--apply`, carries it out. A plan of which a file is gone,
 * changed, or whose name was taken, is refused as a whole: somebody agreed to something else. What is at its destination already is left out, so that a
 * plan can be carried out again after it was cut off.
 */
export const organizeFromPlan: Command<{ readonly file: string; readonly apply: boolean }> = async (options, context) => {
  const { emit, currentFolder, signal, progress } = context;
  const figures = startFigures();
  const file = path.resolve(currentFolder, options.file);
  const plan = await readPlan(file);
  await refuseLinks(plan);
  const { source, destination } = plan;
  await emit({ type: 'started', schema: 'cli-event.v1', command: 'organize', version: buildInfo.version, source, destination });
  const toApply: PlannedMove[] = [];
  let [done, stale] = [0, 0];
  {
    using bar = progress.start('Comparing', 'files');
    bar.expect(plan.moves.length);
    for await (const { move, difference } of comparePlan(plan, signal)) {
      bar.advance();
      if (difference === 'to-apply') toApply.push(move);
      else if (difference === 'done') done += 1;
      else if (staleDifferences.includes(difference)) stale += 1;
      await emit({ type: 'difference', ...withoutTime(move), difference });
    }
  }
  if (stale > 0 && options.apply) {
    const reasons = staleDifferences.map((each) => differences[each].toLowerCase().replace(/\.$/, '')).join(', or ');
    throw new ProgramError('plan-stale', `${stale} of the ${plan.moves.length} files of ${file} are not as they were planned (${reasons})`);
  }
  const rest = { ...plan, moves: toApply };
  const { exitCode, ...carried } = await carryOut({ ...rest, digest: planDigest(rest) }, options.apply, context);
  await emit({
    type: 'organize-summary',
    applied: options.apply,
    files: plan.moves.length,
    problems: 0,
    done,
    stale,
    ...carried,
    ...figures(),
  });
  return stale > 0 ? exitCodes.planConflict : exitCode;
};
