import * as z from 'zod';
import { count, figures } from './figures.ts';
import { askingFigures } from './match.ts';

/** How the cache was used, in all or in one run of a command. */
const use = z.strictObject({
  hits: count.meta({ description: 'Found and fresh' }),
  misses: count,
  expired: count.meta({ description: 'Found, but past their time' }),
  stale: count.meta({ description: 'Those of `expired` that were used all the same' }),
  stored: count,
  evicted: count.meta({ description: 'Removed for want of room' }),
  quarantined: count.meta({ description: 'Damaged, and put aside' }),
});
const hitRate = z.number().min(0).max(1).nullable().meta({ description: '`null` when nothing was asked' });

/** Events of `cache`. */
export const cacheEvents = [
  z.strictObject({
    type: z.literal('cache'),
    folder: z.string(),
    entries: count,
    bytes: count,
    mostBytes: count,
    expired: count.meta({ description: 'Entries past their time, of use only offline' }),
    quarantined: count.meta({ description: 'Damaged entries that are kept to be looked at' }),
    oldestUse: z.iso.datetime().optional().meta({ description: 'Last use of the entry that goes first when there is no room' }),
    total: use,
    last: use.optional().meta({ description: 'The last command that used it' }),
    hitRate,
    lastHitRate: hitRate,
  }),
  z.strictObject({
    type: z.literal('cache-cleared'),
    folder: z.string(),
    cleared: z.boolean().meta({ description: 'False when the user was asked and said no' }),
    entries: count,
    bytes: count,
  }),
  z.strictObject({
    type: z.literal('cache-warmed'),
    files: count,
    known: count.meta({ description: 'Files whose questions the cache can answer from now on' }),
    notUnderstood: count,
    unanswered: count,
    fetched: count.meta({ description: 'Answers that were not there, or past their time, and are there now' }),
    problems: count,
    ...askingFigures,
    ...figures,
  }),
] as const;
