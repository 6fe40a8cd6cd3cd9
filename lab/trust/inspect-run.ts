import path from 'node:path';
import type { Call } from '../core/call.ts';
import { LabError } from '../core/error.ts';
import type { RecordedCell } from '../core/record.ts';
import { sha256Of } from '../host/hash.ts';
import { readPlainFile } from '../host/plain-file.ts';
import { type ParsedRun, parseRun } from './parse-run.ts';
import { type RunFiles, collectRunFiles } from './run-files.ts';
import { type RunProblem, runProblem } from './run-problem.ts';

/** Throws when facts of `check` are not valid; `source` says where they came from. A check that is not known is accepted. */
export type ValidateFacts = (check: string, facts: unknown, source: string) => void;

/** A run folder and everything that is wrong with it apart from its seal. */
export interface InspectedRun {
  readonly files: RunFiles;
  readonly parsed: ParsedRun;
  readonly problems: readonly RunProblem[];
}

const MOST_FACTS_BYTES = 64 << 20;

/** Holds a run folder against itself: journal, plan, record, and the evidence that the record names. */
export async function inspectRun(folder: string, validateFacts: ValidateFacts | undefined, call: Call): Promise<InspectedRun> {
  const files = await collectRunFiles(folder, 'all', call);
  const parsed = parseRun(files);
  const problems = [...files.problems, ...parsed.problems, ...misnamedEvidence(files)];
  for (const cell of parsed.record?.cells ?? []) problems.push(...(await cellProblems(cell, files, validateFacts, call)));
  return { files, parsed, problems };
}

/** Files below `evidence` are named by their digest; this needs no seal to be seen. */
const misnamedEvidence = ({ digests }: RunFiles): readonly RunProblem[] =>
  [...digests].flatMap(([file, sha256]) =>
    file.startsWith('evidence/') && file !== `evidence/${sha256}` ? [runProblem('evidence-changed', file, `it is ${sha256}`)] : [],
  );

async function cellProblems(
  cell: RecordedCell,
  files: RunFiles,
  validateFacts: ValidateFacts | undefined,
  call: Call,
): Promise<readonly RunProblem[]> {
  const named = new Set([...cell.evidence.map((kept) => kept.sha256), ...(cell.facts === undefined ? [] : [cell.facts])]);
  const problems: RunProblem[] = [];
  for (const sha256 of named) {
    const file = `evidence/${sha256}`;
    if (!files.digests.has(file)) problems.push(runProblem('evidence-missing', file, cell.id));
  }
  const facts = cell.facts === undefined ? undefined : `evidence/${cell.facts}`;
  if (validateFacts && facts !== undefined && files.digests.get(facts) === cell.facts) {
    call.signal.throwIfAborted();
    try {
      const bytes = await readPlainFile(path.join(files.folder, facts), MOST_FACTS_BYTES);
      if (sha256Of(bytes) !== cell.facts) problems.push(runProblem('evidence-changed', facts, 'while it was looked at'));
      validateFacts(cell.check, JSON.parse(bytes.toString('utf8')), facts);
    } catch (error) {
      if (!(error instanceof LabError) && !(error instanceof SyntaxError)) throw error;
      problems.push(runProblem('facts-invalid', facts, error.message));
    }
  }
  return problems;
}
