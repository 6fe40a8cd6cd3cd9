import * as z from 'zod';

/**
 * A line of `rollback.jsonl`. A move has two: `started`, on the disk before the file is touched, then `finished` or `failed`. A `started` line without
 * its second one means that the program was ended in between; the file system tells how far it came.
 */
export const rollbackEntry = z.strictObject({
  $schema: z.literal('rollback-entry.v1.json'),
  operation: z
    .string()
    .regex(/^[0-9a-z]{12}$/)
    .meta({ description: 'The same for all moves of one `organize --apply`' }),
  sequence: z.int().min(0),
  state: z.enum(['started', 'finished', 'failed']),
  at: z.iso.datetime(),
  from: z.string().meta({ description: 'Absolute path' }),
  to: z.string().meta({ description: 'Absolute path' }),
  sizeBytes: z.int().min(0),
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({
      description: 'SHA-256 of the first and the last MiB of the file (all of it up to 2 MiB) followed by its size as decimal digits',
    }),
  problem: z.string().optional(),
});
export type RollbackEntry = z.infer<typeof rollbackEntry>;
