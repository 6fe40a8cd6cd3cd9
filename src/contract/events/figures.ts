import * as z from 'zod';

/** A number of things. */
export const count = z.int().min(0);

/** SHA-256 in hexadecimal. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What every summary tells of the run. */
export const figures = {
  durationMs: z.number().min(0),
  peakMemoryBytes: count.meta({ description: 'Largest working set of the process so far' }),
};
