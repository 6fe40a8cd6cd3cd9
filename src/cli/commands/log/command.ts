import { buildInfo } from '../../../core/build-info.ts';
import { exitCodes } from '../../../core/exit-code.ts';
import { stateFolder } from '../../../core/state-folder.ts';
import { listOperations } from '../../../organize/operation-history.ts';
import { journalFile } from '../../../organize/rollback-journal.ts';
import type { Command } from '../../context.ts';
import { startFigures } from '../../figures.ts';
import { damagedLine } from '../organize/tell-damaged.ts';

/** Damaged lines that are told one by one; the rest is in the summary. */
const MOST_TOLD = 20;

/** `log`: lists what was done, the newest last. Reads only. Exit code 10 when lines of the journal are damaged. */
export const log: Command<{ readonly limit: number }> = async ({ limit }, { emit, environment, signal }) => {
  const figures = startFigures();
  await emit({ type: 'started', schema: 'cli-event.v1', command: 'log', version: buildInfo.version });
  const journal = journalFile(stateFolder(environment));
  let told = 0;
  const onDamaged = async (line: number): Promise<void> => {
    told += 1;
    if (told <= MOST_TOLD) await emit({ type: 'problem', ...damagedLine(line) });
  };
  const { shown, operations, lines, damaged } = await listOperations(journal, limit, onDamaged, signal);
  for (const operation of shown) await emit({ type: 'operation', ...operation });
  await emit({ type: 'log-summary', operations, shown: shown.length, lines, damaged, journal, ...figures() });
  return damaged > 0 ? exitCodes.partialSuccess : exitCodes.success;
};
