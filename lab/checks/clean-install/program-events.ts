import { z } from 'zod';
import type { Sampled } from './facts.ts';
import { clip, sample } from './sample.ts';

const count = z.int().min(0);

/**
 * What this check reads of the events that the program prints with `--json`. The full contract is `schemas/anivault/cli-event.v1.json` in the
 * bundle; a key that a later version adds is no fault, a missing key or a wrong type is.
 */
const programEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('version'), version: z.string() }),
  z.object({ type: z.literal('started'), schema: z.literal('cli-event.v1'), command: z.string(), version: z.string() }),
  z.object({
    type: z.literal('file'),
    path: z.string(),
    sizeBytes: count,
    parsed: z.object({ title: z.string(), episodes: z.array(z.string()) }).nullable(),
  }),
  z.object({ type: z.literal('problem'), code: z.string(), message: z.string() }),
  z.object({ type: z.literal('move'), from: z.string(), to: z.string(), sizeBytes: count, state: z.enum(['planned', 'moved', 'failed']) }),
  z.object({ type: z.literal('stay'), path: z.string(), reason: z.string() }),
  z.object({
    type: z.literal('component'),
    package: z.string(),
    kind: z.string(),
    version: z.string(),
    origin: z.string(),
    works: z.boolean(),
    trial: z.string(),
  }),
  z.object({
    type: z.literal('match'),
    path: z.string(),
    verdict: z.enum(['matched', 'uncertain', 'none', 'not-understood', 'unanswered']),
    candidates: z.array(z.object({ title: z.string(), originalTitle: z.string() })),
  }),
  z.object({ type: z.literal('settings'), tmdbKey: z.object({ from: z.string(), problem: z.string().optional() }) }),
  z.object({ type: z.literal('settings-changed'), name: z.string(), change: z.string() }),
  z.object({
    type: z.literal('undo'),
    from: z.string(),
    to: z.string(),
    state: z.enum(['planned', 'undone', 'was-there', 'kept', 'failed']),
  }),
  z.object({ type: z.literal('folder-removed'), path: z.string() }),
  z.object({ type: z.literal('match-summary'), files: count, matched: count, unanswered: count, hits: count, misses: count }),
  z.object({ type: z.literal('rollback-summary'), applied: z.boolean(), undone: count }),
  z.object({ type: z.literal('scan-summary'), paths: count, files: count, parsed: count }),
  z.object({
    type: z.literal('organize-summary'),
    applied: z.boolean(),
    files: count,
    moves: count,
    failed: count,
    stays: count,
    operation: z.string().optional(),
  }),
  z.object({ type: z.literal('verify-summary'), components: count, working: count }),
  z.object({ type: z.literal('error'), code: z.string(), message: z.string(), exitCode: z.int().min(1).max(255) }),
]);
export type ProgramEvent = z.infer<typeof programEvent>;
export type SummaryType =
  | 'scan-summary'
  | 'match-summary'
  | 'organize-summary'
  | 'rollback-summary'
  | 'verify-summary'
  | 'settings'
  | 'settings-changed';

/** The events of one run, and all that is wrong with how they were printed. */
export interface ProgramEvents {
  readonly lines: number;
  readonly events: readonly ProgramEvent[];
  readonly types: Readonly<Record<string, number>>;
  readonly problems: Sampled;
}

/** Reads what a command printed: one JSON object a line, `started` first, one summary of the right type last. Total: anything may be printed. */
export function readProgramEvents(stdout: string, summary: SummaryType): ProgramEvents {
  const lines = stdout.split(/\r?\n/);
  const problems: string[] = [];
  if (lines.at(-1) === '') lines.pop();
  else problems.push('the output does not end with a newline');
  const events: ProgramEvent[] = [];
  const types: Record<string, number> = {};
  lines.forEach((line, index) => {
    const event = readEvent(line);
    if (typeof event === 'string') {
      problems.push(`line ${index + 1}: ${event}: ${clip(line, 120)}`);
      return;
    }
    events.push(event);
    types[event.type] = (types[event.type] ?? 0) + 1;
  });
  if (events[0]?.type !== 'started') problems.push('the first event is not `started`');
  if (events.at(-1)?.type !== summary) problems.push(`the last event is not \`${summary}\``);
  if ((types[summary] ?? 0) > 1) problems.push(`\`${summary}\` is there more than once`);
  return { lines: lines.length, events, types, problems: sample(problems) };
}

function readEvent(line: string): ProgramEvent | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'not JSON';
  }
  const parsed = programEvent.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return issue === undefined ? 'not an event' : `${issue.path.join('.') || 'event'}: ${issue.message}`;
}

/** The events of one type, in order. */
export const eventsOf = <T extends ProgramEvent['type']>(
  type: T,
  { events }: ProgramEvents,
): readonly Extract<ProgramEvent, { type: T }>[] =>
  events.filter((event): event is Extract<ProgramEvent, { type: T }> => event.type === type);
