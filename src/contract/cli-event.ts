import * as z from 'zod';
import { animeName } from './anime-name.ts';
import { plannedMove, plannedStay } from './plan.ts';

const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const figures = {
  durationMs: z.number().min(0),
  peakMemoryBytes: count.meta({ description: 'Largest working set of the process so far' }),
};

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

/**
 * A line that a command prints with `--json`. The first is `started` (but for `version` and for errors of use, which stand alone), the last one a
 * summary or an `error`.
 */
export const cliEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('version'),
    schema: z.literal('cli-event.v1'),
    program: z.string(),
    version: z.string(),
    commit: z.string(),
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
  z.strictObject({
    type: z.literal('file'),
    path: z.string().meta({ description: 'Below `source`, `/` between parts' }),
    sizeBytes: count,
    parsed: animeName.nullable(),
  }),
  z.strictObject({ type: z.literal('problem'), code: z.string(), message: z.string(), path: z.string().optional() }),
  plannedMove.extend({ type: z.literal('move'), state: z.enum(['planned', 'moved', 'failed']), problem: z.string().optional() }),
  plannedStay.extend({ type: z.literal('stay') }),
  componentReport.extend({ type: z.literal('component') }),
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
  z.strictObject({
    type: z.literal('organize-summary'),
    applied: z.boolean().meta({ description: 'False after a dry run' }),
    files: count,
    moves: count.meta({ description: 'Moved, or planned in a dry run' }),
    failed: count,
    stays: count,
    conflicts: count.meta({ description: 'Those of `stays` that stay because of another file' }),
    problems: count,
    operation: z.string().optional().meta({ description: 'What `rollback.jsonl` calls this run' }),
    journal: z.string().optional().meta({ description: 'Absolute path of `rollback.jsonl`' }),
    ...figures,
  }),
  z.strictObject({ type: z.literal('verify-summary'), components: count, working: count, ...figures }),
  z.strictObject({ type: z.literal('error'), code: z.string(), message: z.string(), hint: z.string(), exitCode: z.int().min(1).max(255) }),
]);
export type CliEvent = z.infer<typeof cliEvent>;
