import { z } from 'zod';
import { sha256Schema } from '../../../core/bundle.ts';
import type { Format } from '../../../core/formats.ts';
import { difference } from './difference.ts';

const digest = sha256Schema.optional();

/** `lab reproduce --json`: two makings of one release, compared. */
export const reproduction = z.strictObject({
  $schema: z.literal('reproduction.v1.json'),
  same: z.boolean().meta({ description: 'Whether every file is the same to the byte' }),
  made: z
    .tuple([z.string(), z.string()])
    .meta({ description: 'What is compared: where or how each was made. The first of a difference is of the first' }),
  files: z
    .array(
      z.strictObject({
        path: z.string().meta({ description: 'Path in the bundle, or name of the archive' }),
        same: z.boolean(),
        first: digest.meta({ description: 'SHA-256; absent when the first has no such file' }),
        second: digest.meta({ description: 'SHA-256; absent when the second has no such file' }),
      }),
    )
    .min(1)
    .meta({ description: 'Everything that was compared: files in the order of their paths, then archives' }),
  differences: z
    .array(z.strictObject({ path: z.string().meta({ description: 'File it was found in' }), ...difference.shape }))
    .meta({ description: 'What differs, what explains the rest first; at most ten for each file' }),
});
export type Reproduction = z.infer<typeof reproduction>;

export const reproductionFormat: Format = {
  file: 'reproduction.v1.json',
  title: 'Two makings of one release, compared',
  schema: reproduction,
};
