import { z } from 'zod';
import { sha256Schema } from '../../core/bundle.ts';
import { windowsReleases } from '../../core/guest.ts';

const count = z.int().min(0);

/** The series that are measured. `start-up-twin` is the same program again: what differs between the two is noise. */
export const seriesNames = ['start-up', 'start-up-twin', 'reference', 'scan'] as const;
export type SeriesName = (typeof seriesNames)[number];

export const measuredRun = z.strictObject({
  exitCode: count,
  expectedOutput: z.boolean(),
  durationMs: z.number().min(0),
  peakMemoryBytes: count.optional(),
});
export type MeasuredRunFacts = z.infer<typeof measuredRun>;

const series = z.strictObject({
  name: z.enum(seriesNames),
  command: z.string().max(400),
  warmUps: count.meta({ description: 'Runs before these, thrown away' }),
  runs: z.array(measuredRun).max(500).meta({ description: 'In the order they were made, the invalid ones too' }),
});

export const benchmarkFacts = z.strictObject({
  $schema: z.literal('facts/benchmark.v1.json'),
  bundle: z.strictObject({ product: z.string(), version: z.string(), digest: sha256Schema }),
  guest: z.strictObject({
    os: z.enum(windowsReleases),
    osVersion: z.string(),
    emulator: z.string().optional(),
    logicalProcessors: z.int().min(1),
    memoryBytes: count,
  }),
  series: z.array(series).length(seriesNames.length),
  runtime: z
    .strictObject({ command: z.string().max(400), runs: z.array(measuredRun).max(500) })
    .optional()
    .meta({ description: 'A Node of the lab’s own in the same rounds, that prints a text; absent where the guest has none' }),
  stopped: z.enum(['quiet', 'most-rounds', 'time', 'hung']).meta({
    description:
      'Why no more rounds were made: the twins agreed, the bound on rounds, the bound on time, a run of the program that hung (warm-ups are listed then)',
  }),
  library: z.strictObject({
    videos: z.int().min(1),
    folders: count,
    reported: z.array(count.nullable()).meta({ description: 'How many videos each counted scan said it found; null when it did not say' }),
    ownFigure: z.number().optional().meta({ description: 'Paths per minute by the program’s own account, of the last scan. Not used.' }),
  }),
});
export type BenchmarkFacts = z.infer<typeof benchmarkFacts>;
