import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { LabError } from '../core/error.ts';
import { type JournalLine, journalLine } from '../core/event.ts';
import type { Format } from '../core/formats.ts';
import { type Plan, plan as planSchema } from '../core/plan.ts';
import { type RunRecord, foldRecord, runRecord } from '../core/record.ts';
import { validate } from '../core/validate.ts';
import { sha256Of } from '../host/hash.ts';
import { type RecordHead, foreignRecord } from './record-head.ts';
import type { ReadFile, RunFiles } from './run-files.ts';
import { type RunProblem, runProblem } from './run-problem.ts';

const planFormat = { file: 'plan.v1.json', title: 'plan', schema: planSchema } satisfies Format;
const lineFormat = { file: 'event.v1.json', title: 'line of events.ndjson', schema: journalLine } satisfies Format;
const recordFormat = { file: 'record.v1.json', title: 'record', schema: runRecord } satisfies Format;

const FIRST_PREVIOUS = '0'.repeat(64);

/** The three texts of a run as values; one that could not be read is `undefined` and has a problem, unless the run is of another version. */
export interface ParsedRun {
  readonly plan: Plan | undefined;
  /** The lines up to the first one that is wrong. */
  readonly journal: readonly JournalLine[];
  /** `record.json` as it lies there. */
  readonly record: RunRecord | undefined;
  /**
   * Set when another version of the fold made the record. Plan, journal and record are not read then: they may be of formats that are not known here.
   * That the journal is an unbroken chain and speaks of this plan is still held.
   */
  readonly foreign: RecordHead | undefined;
  /** Whether the journal ends in the middle of a line, as one does whose writer was killed. */
  readonly tornEnd: boolean;
  readonly problems: readonly RunProblem[];
}

/** Reads plan, journal and record, and holds them against each other. Never throws for what it finds. */
export function parseRun(files: RunFiles): ParsedRun {
  const foreign = foreignRecord(files.contents.get('record.json'));
  return foreign ? parseForeign(files, foreign) : parseOwn(files);
}

function parseForeign(files: RunFiles, foreign: RecordHead): ParsedRun {
  const problems: RunProblem[] = [];
  if (!files.digests.has('plan.json') && !files.problems.some((problem) => problem.file === 'plan.json'))
    problems.push(runProblem('file-missing', 'plan.json'));
  const { journal, tornEnd } = parseJournal(files.contents.get('events.ndjson'), problems, (value) => anyLine.parse(value));
  const spokenOf = journal.map(({ event }) => event).find((event) => event.type === 'plan-written');
  if (spokenOf?.['sha256'] !== files.digests.get('plan.json')) problems.push(runProblem('plan-differs', 'plan.json'));
  return { plan: undefined, journal: [], record: undefined, foreign, tornEnd, problems };
}

function parseOwn(files: RunFiles): ParsedRun {
  const problems: RunProblem[] = [];
  const plan = parseFile(files, 'plan.json', problems, (value) => validate(planFormat, value, 'plan.json'));
  const record = parseFile(files, 'record.json', problems, (value) => validate(recordFormat, value, 'record.json'));
  const { journal, tornEnd } = parseJournal(files.contents.get('events.ndjson'), problems, (value, source) =>
    validate(lineFormat, value, source),
  );
  const spokenOf = journal.map((line) => line.event).find((event) => event.type === 'plan-written');
  if (plan && spokenOf === undefined) problems.push(runProblem('plan-unspoken', 'plan.json'));
  else if (plan && spokenOf?.sha256 !== files.digests.get('plan.json')) problems.push(runProblem('plan-differs', 'plan.json'));
  if (plan && record && !isFoldOf(record, plan, journal)) problems.push(runProblem('record-differs', 'record.json'));
  return { plan, journal, record, foreign: undefined, tornEnd, problems };
}

const isFoldOf = (record: RunRecord, plan: Plan, journal: readonly JournalLine[]): boolean =>
  journal[0]?.event.type === 'run-started' && isDeepStrictEqual(JSON.parse(JSON.stringify(foldRecord(plan, journal))), record);

function parseFile<T>(files: RunFiles, name: ReadFile, problems: RunProblem[], check: (value: unknown) => T): T | undefined {
  const bytes = files.contents.get(name);
  if (bytes === undefined) {
    // A link in its place has its own problem.
    if (!files.problems.some((problem) => problem.file === name)) problems.push(runProblem('file-missing', name));
    return undefined;
  }
  try {
    return check(JSON.parse(decode(bytes)));
  } catch (error) {
    problems.push(runProblem('content-invalid', name, reasonOf(error, name)));
    return undefined;
  }
}

/** What a line has in every version. */
const anyLine = z.looseObject({ sequence: z.int(), previous: z.string(), event: z.looseObject({ type: z.string() }) });

function parseJournal<Line extends z.infer<typeof anyLine> | JournalLine>(
  bytes: Buffer | undefined,
  problems: RunProblem[],
  readLine: (value: unknown, source: string) => Line,
): { readonly journal: readonly Line[]; readonly tornEnd: boolean } {
  const name = 'events.ndjson';
  const journal: Line[] = [];
  if (bytes === undefined) {
    problems.push(runProblem('file-missing', name));
    return { journal, tornEnd: false };
  }
  const end = bytes.lastIndexOf('\n') + 1;
  const tornEnd = end < bytes.length;
  if (tornEnd) problems.push(runProblem('journal-torn', name));
  let previous = FIRST_PREVIOUS;
  let start = 0;
  for (let sequence = 0; start < end; sequence += 1) {
    const stop = bytes.indexOf('\n', start);
    const raw = bytes.subarray(start, stop);
    start = stop + 1;
    try {
      const line = readLine(JSON.parse(decode(raw)), `${name}:${sequence + 1}`);
      if (line.previous !== previous || line.sequence !== sequence) {
        problems.push(runProblem('journal-broken', name, String(sequence + 1)));
        break;
      }
      journal.push(line);
    } catch (error) {
      problems.push(runProblem('content-invalid', name, reasonOf(error, `${name}:${sequence + 1}`)));
      break;
    }
    previous = sha256Of(raw);
  }
  if (journal.length === 0 && problems.every((problem) => problem.file !== name))
    problems.push(runProblem('content-invalid', name, `${name} is empty`));
  return { journal, tornEnd };
}

const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);

const reasonOf = (error: unknown, where: string): string =>
  error instanceof LabError ? error.message : `${where} is not JSON: ${error instanceof Error ? error.message : String(error)}`;
