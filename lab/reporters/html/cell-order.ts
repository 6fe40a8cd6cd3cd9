import type { RecordedCell } from '../../core/record.ts';
import { worstFirst } from '../wording/outcome-words.ts';

/** Sorts cells so that the worst come first; equals keep the order of the plan. */
export const outcomeRank = (cell: Pick<RecordedCell, 'outcome'>): number => worstFirst.indexOf(cell.outcome.kind);
