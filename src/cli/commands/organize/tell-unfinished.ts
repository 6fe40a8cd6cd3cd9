import { stateFolder } from '../../../core/state-folder.ts';
import { keptOperations } from '../../../organize/operation-files.ts';
import { readOperation } from '../../../organize/operation-history.ts';
import { journalFile } from '../../../organize/rollback-journal.ts';
import type { CommandContext } from '../../context.ts';

/** A user who runs a command once more after it was cut off should hear of the better way. Counts as no problem: this run is not hurt by it. */
export async function tellUnfinished({ environment, emit }: CommandContext): Promise<void> {
  const folder = stateFolder(environment);
  const newest = (await keptOperations(folder)).at(-1);
  if (newest === undefined) return;
  const { summary } = await readOperation(journalFile(folder), newest);
  if (summary?.state !== 'unfinished' && summary?.state !== 'rollback-unfinished') return;
  const message = `The operation ${newest} was cut off. \`organize --resume\` finishes it, \`rollback ${newest}\` takes it back.`;
  await emit({ type: 'problem', code: 'operation-unfinished', message });
}
