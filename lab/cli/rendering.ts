import { z } from 'zod';
import { sha256Schema } from '../core/bundle.ts';
import type { Format } from '../core/formats.ts';
import { verdicts } from '../core/record.ts';

/** `lab report --json`: a run that was rendered again. */
const rendering = z.strictObject({
  $schema: z.literal('rendering.v1.json'),
  runId: z.string(),
  verdict: z.enum(verdicts),
  finished: z.boolean().meta({ description: 'Whether the run came to its end; one that was killed did not' }),
  tornEnd: z.boolean().meta({ description: 'Whether the journal ends in the middle of a line, which was left out' }),
  recordSha256: sha256Schema.meta({ description: 'Of the record that the journal makes' }),
  files: z.array(
    z.strictObject({
      path: z.string(),
      written: z.boolean().meta({ description: 'Whether it was written; one of a sealed run is compared and left as it is' }),
    }),
  ),
});
export type Rendering = z.infer<typeof rendering>;

export const renderingFormat = {
  file: 'rendering.v1.json',
  title: 'Run that was rendered again',
  schema: rendering,
} as const satisfies Format;
