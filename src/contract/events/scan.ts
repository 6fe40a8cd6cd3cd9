import * as z from 'zod';
import { animeName } from '../anime-name.ts';
import { count, figures } from './figures.ts';

/** Events of `scan`. */
export const scanEvents = [
  z.strictObject({
    type: z.literal('file'),
    path: z.string().meta({ description: 'Below `source`, `/` between parts' }),
    sizeBytes: count,
    parsed: animeName.nullable(),
  }),
  z.strictObject({
    type: z.literal('scan-summary'),
    paths: count.meta({ description: 'Everything looked at: folders, videos and other files' }),
    directories: count,
    files: count.meta({ description: 'Video files' }),
    parsed: count.meta({ description: 'Video files whose name gave a title' }),
    problems: count,
    pathsPerMinute: z.number().min(0),
    ...figures,
  }),
] as const;
