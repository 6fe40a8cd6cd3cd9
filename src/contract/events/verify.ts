import * as z from 'zod';
import { count, figures, sha256 } from './figures.ts';
import { keyReport } from './settings.ts';

/** A native part of the program, loaded and tried. */
export const componentReport = z.strictObject({
  name: z.string(),
  kind: z.enum(['webassembly', 'addon']),
  package: z.string(),
  version: z.string(),
  sizeBytes: count,
  sha256,
  origin: z.enum(['embedded', 'package']).meta({ description: '`embedded`: carried inside the executable; `package`: a development tree' }),
  loadedFrom: z.string().meta({ description: 'File that the operating system loaded, or the asset or file that the bytes came from' }),
  works: z.boolean(),
  trial: z.string().meta({ description: 'What it was asked and what it answered' }),
});
export type ComponentReport = z.infer<typeof componentReport>;

/** Events of `verify`. */
export const verifyEvents = [
  componentReport.extend({ type: z.literal('component') }),
  z.strictObject({
    type: z.literal('tmdb'),
    address: z.string().meta({ description: 'Origin that is asked' }),
    key: keyReport,
    works: z
      .boolean()
      .nullable()
      .meta({ description: 'Whether it is there and takes the key; `null` when it was not asked (`--offline`)' }),
    answerMs: z.number().min(0).optional().meta({ description: 'Time until the answer, the wait for its turn included' }),
    problem: z.strictObject({ code: z.string(), message: z.string() }).optional(),
  }),
  z.strictObject({
    type: z.literal('verify-summary'),
    components: count,
    working: count,
    tmdb: z.enum(['works', 'failed', 'not-asked']),
    ...figures,
  }),
] as const;
