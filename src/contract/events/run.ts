import * as z from 'zod';
import { transfer } from '../plan.ts';
import { count, figures } from './figures.ts';
import { askingFigures } from './match.ts';

/**
 * Events of `run`, beside those of `organize` (`move`, `stay`) that tell what becomes of the files, and `match` for those that stay since it is not sure
 * what they are.
 */
export const runEvents = [
  z.strictObject({
    type: z.literal('run-summary'),
    applied: z.boolean().meta({ description: 'False after a dry run' }),
    files: count,
    matched: count.meta({ description: 'Files of which TMDB knows for sure what they are' }),
    uncertain: count,
    none: count,
    notUnderstood: count,
    unanswered: count,
    titles: count.meta({ description: 'Different titles among those that matched' }),
    transfer,
    moves: count.meta({ description: 'Moved, or planned in a dry run; companions of videos are among them' }),
    companions: count.meta({ description: 'Those of `moves` that belong to a video' }),
    failed: count,
    stays: count,
    conflicts: count.meta({ description: 'Those of `stays` that stay because of another file' }),
    problems: count,
    operation: z.string().optional().meta({ description: 'What `rollback.jsonl` calls this run' }),
    journal: z.string().optional().meta({ description: 'Absolute path of `rollback.jsonl`' }),
    ...askingFigures,
    ...figures,
  }),
] as const;
