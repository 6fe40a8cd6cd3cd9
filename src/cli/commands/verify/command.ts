import { buildInfo } from '../../../core/build-info.ts';
import { exitCodes } from '../../../core/exit-code.ts';
import { componentTrials } from '../../../native/component-trials.ts';
import type { Command } from '../../context.ts';
import { startFigures } from '../../figures.ts';

/** `verify --components`: loads every native part and has it do something whose answer is known. Exit code 1 when one does not. */
export const verify: Command<unknown> = async (_options, { emit, signal }) => {
  const figures = startFigures();
  await emit({ type: 'started', schema: 'cli-event.v1', command: 'verify', version: buildInfo.version });
  let working = 0;
  for (const trial of componentTrials) {
    signal.throwIfAborted();
    const report = await trial();
    if (report.works) working += 1;
    await emit({ type: 'component', ...report });
  }
  await emit({ type: 'verify-summary', components: componentTrials.length, working, ...figures() });
  return working === componentTrials.length ? exitCodes.success : exitCodes.fatal;
};
