import * as z from 'zod';

/** Events that every command may print. */
export const everyCommandEvents = [
  z.strictObject({
    type: z.literal('version'),
    schema: z.literal('cli-event.v1'),
    program: z.string(),
    version: z.string(),
    commit: z.string(),
    buildTime: z.iso.datetime().optional().meta({
      description:
        'Builds are reproducible, so this is when the commit was made; absent for a program that was built of other sources than a commit’s',
    }),
    packager: z.string().meta({ description: '`node-sea`, or `none` in a development tree' }),
    runtime: z.string(),
    platform: z.string(),
    architecture: z.string(),
  }),
  z.strictObject({
    type: z.literal('started'),
    schema: z.literal('cli-event.v1'),
    command: z.string(),
    version: z.string(),
    source: z.string().optional().meta({ description: 'Absolute path of the folder that is read' }),
    destination: z.string().optional().meta({ description: 'Absolute path of the folder that is written' }),
  }),
  z.strictObject({ type: z.literal('problem'), code: z.string(), message: z.string(), path: z.string().optional() }),
  z.strictObject({ type: z.literal('error'), code: z.string(), message: z.string(), hint: z.string(), exitCode: z.int().min(1).max(255) }),
] as const;
