import * as z from 'zod';
import { transfer } from './plan.ts';

const count = z.int().min(0);
const base = {
  $schema: z.literal('rollback-entry.v1.json'),
  operation: z
    .string()
    .regex(/^[0-9a-z]{12}$/)
    .meta({ description: 'The same for all lines of one `organize --apply`, its resumption and its rollback; later ones sort later' }),
  at: z.iso.datetime(),
};
const step = {
  ...base,
  sequence: count.meta({ description: 'Position of the move in the plan, from 0' }),
  direction: z.enum(['forward', 'back']).meta({ description: '`back` when a rollback does it' }),
};
const move = {
  ...step,
  transfer,
  from: z.string().meta({ description: 'Absolute path; with `back` the place that the file had been moved to' }),
  to: z.string().meta({ description: 'Absolute path' }),
  sizeBytes: count,
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({
      description: 'SHA-256 of the first and the last MiB of the file (all of it up to 2 MiB) followed by its size as decimal digits',
    }),
  companionOf: z.string().optional().meta({ description: 'Absolute path that the video it belongs to had before' }),
};

/**
 * A line of `rollback.jsonl`. An operation has `begun` and `ended`; in between each move has two lines: `started`, on the disk before the file is
 * touched, then `finished` or `failed`. A `started` line without its second one means that the program was ended in between; the file system, with the
 * lines about steps on the way, tells how far it came. A rollback adds its own lines to the operation.
 */
export const rollbackEntry = z.discriminatedUnion('state', [
  z.strictObject({
    ...base,
    state: z.literal('begun'),
    transfer,
    source: z.string().meta({ description: 'Absolute path' }),
    destination: z.string().meta({ description: 'Absolute path' }),
    moves: count,
    digest: z.string().meta({ description: 'That of the plan' }),
  }),
  z.strictObject({ ...base, state: z.literal('resumed') }),
  z.strictObject({ ...base, state: z.literal('ended'), moved: count, failed: count }),
  z.strictObject({ ...base, state: z.literal('rollback-begun') }),
  z.strictObject({ ...base, state: z.literal('rollback-ended'), undone: count, kept: count }),
  z.strictObject({
    ...move,
    state: z.literal('started'),
    folders: z.array(z.string()).meta({ description: 'Absolute paths of folders that this step makes, outer ones first' }),
  }),
  z.strictObject({ ...step, state: z.literal('reserving') }).meta({ description: 'An empty file is about to take the name' }),
  z.strictObject({ ...step, state: z.literal('copied') }).meta({ description: 'A verified copy is about to take the name' }),
  z.strictObject({ ...move, state: z.literal('finished') }),
  z.strictObject({ ...move, state: z.literal('failed'), problem: z.string() }),
]);
export type RollbackEntry = z.infer<typeof rollbackEntry>;
