import * as z from 'zod';
import { count, figures } from './figures.ts';

/** A title of TMDB that a file may be of. */
const candidate = z.strictObject({
  kind: z.enum(['tv', 'movie']),
  id: z.int().positive().meta({ description: 'TMDB’s number of it, unique among those of its kind' }),
  title: z.string(),
  originalTitle: z.string(),
  originalLanguage: z.string(),
  year: z.int().optional(),
  confidence: z.number().min(0).max(1),
  reasons: z.array(
    z.strictObject({
      what: z.enum(['title', 'rank', 'kind', 'animation', 'year', 'episode', 'language']),
      weight: z.number().meta({ description: 'Part of the confidence; negative when it speaks against' }),
      text: z.string(),
    }),
  ),
  place: z
    .strictObject({
      how: z.enum(['as-named', 'absolute', 'special', 'beyond', 'none']).meta({
        description:
          '`as-named`: the season has it; `absolute`: the number counts over all seasons; `special`: none of a season; `beyond`: TMDB has no such season or episode; `none`: the name tells no episode',
      }),
      season: z.int().min(0),
      episodes: z.array(z.number()),
    })
    .optional()
    .meta({ description: 'Where the episode belongs; absent for films' }),
});

/** Which titles TMDB was asked for, and how the cache did. */
export const askingFigures = {
  offline: z.boolean(),
  hits: count.meta({ description: 'Questions that the cache answered' }),
  misses: count.meta({ description: 'Questions that the cache could not answer, or only with something past its time' }),
  stale: count.meta({ description: 'Answers past their time that were used, since TMDB could not be asked' }),
  hitRate: z.number().min(0).max(1).nullable().meta({ description: '`null` when nothing was asked' }),
};

/** Events of `match`. */
export const matchEvents = [
  z.strictObject({
    type: z.literal('match'),
    path: z.string().meta({ description: 'Below `source`, `/` between parts' }),
    verdict: z.enum(['matched', 'uncertain', 'none', 'not-understood', 'unanswered']),
    query: z.string().optional().meta({ description: 'The title that was asked for' }),
    candidates: z.array(candidate).meta({ description: 'Likeliest first' }),
    tie: z.string().optional().meta({ description: 'Why none of the first two is sure to be the one' }),
    from: z.enum(['network', 'cache', 'stale']).optional(),
    problem: z.strictObject({ code: z.string(), message: z.string() }).optional(),
  }),
  z.strictObject({
    type: z.literal('match-summary'),
    files: count,
    matched: count,
    uncertain: count,
    none: count,
    notUnderstood: count,
    unanswered: count,
    titles: count.meta({ description: 'Different titles among those that matched' }),
    problems: count.meta({ description: 'Files and folders that could not be looked at' }),
    ...askingFigures,
    ...figures,
  }),
] as const;
