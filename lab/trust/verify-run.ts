import { isDeepStrictEqual } from 'node:util';
import type { Call } from '../core/call.ts';
import type { Sha256 } from '../core/ids.ts';
import type { RunRecord } from '../core/record.ts';
import { type ValidateFacts, inspectRun } from './inspect-run.ts';
import type { TrustedKey } from './keys.ts';
import { type RunFiles, unsealed } from './run-files.ts';
import { type RunProblem, runProblem } from './run-problem.ts';
import { type SealStatement, sealedClaims } from './statement.ts';
import { verifySeal } from './verify-seal.ts';

export interface VerifyRequest {
  readonly folder: string;
  readonly trustedKeys: readonly TrustedKey[];
  /** Absent: facts are hashed and not read. */
  readonly validateFacts?: ValidateFacts;
}

/**
 * What looking at every byte of a run gave. `sealed-only`: nothing has changed since it was sealed, but another version of the lab made the record, and
 * this one cannot tell whether it is what the journal says. That is neither yes nor no: nobody may take it for `verified`.
 */
export type RunVerification =
  | {
      readonly outcome: 'verified';
      readonly problems: readonly [];
      readonly keyId: Sha256;
      readonly files: number;
      readonly record: RunRecord;
    }
  | {
      readonly outcome: 'sealed-only';
      readonly problems: readonly [];
      readonly keyId: Sha256;
      readonly files: number;
      readonly sealedBy: { readonly labVersion: string; readonly fold: number };
      /** What the seal says of the run; the record says the same. */
      readonly claims: Omit<SealStatement['predicate'], 'sealedAt'>;
    }
  | {
      readonly outcome: 'refused';
      readonly problems: readonly RunProblem[];
      readonly keyId?: Sha256;
      readonly files: number;
      readonly record?: RunRecord;
    };

/**
 * Checks a sealed run and names everything that is wrong with it: seal, key, every file, journal, plan, record, evidence. Relies on the bytes and the
 * trusted keys alone; dates of files play no part. Throws only when the folder itself cannot be read or the call is aborted.
 */
export async function verifyRun({ folder, trustedKeys, validateFacts }: VerifyRequest, call: Call): Promise<RunVerification> {
  const { files, parsed, problems: inner } = await inspectRun(folder, validateFacts, call);
  const { keyId, statement, problems: outer } = verifySeal(files.contents.get('seal.json'), trustedKeys);
  const problems = [...outer, ...(statement ? sealedFileProblems(statement, files, inner) : []), ...inner];
  const { record, foreign } = parsed;
  const claiming = record ?? foreign;
  if (statement && claiming) problems.push(...claimProblems(statement, sealedClaims(claiming)));
  const sealedFiles = files.digests.size - [...files.digests.keys()].filter((name) => unsealed.has(name)).length;
  if (problems.length === 0 && keyId && statement) {
    if (record) return { outcome: 'verified', problems: [], keyId, files: sealedFiles, record };
    if (foreign) {
      const { sealedAt: _, ...claims } = statement.predicate;
      const sealedBy = { labVersion: foreign.labVersion, fold: foreign.fold };
      return { outcome: 'sealed-only', problems: [], keyId, files: sealedFiles, sealedBy, claims };
    }
  }
  return { outcome: 'refused', problems, files: sealedFiles, ...(keyId ? { keyId } : {}), ...(record ? { record } : {}) };
}

function sealedFileProblems({ subject }: SealStatement, files: RunFiles, inner: readonly RunProblem[]): readonly RunProblem[] {
  const sealed = new Map(subject.map(({ name, digest }) => [name, digest.sha256]));
  const told = new Set(
    inner
      .filter((problem) => problem.code === 'file-not-plain' || problem.code === 'file-unreadable' || problem.code === 'file-missing')
      .map((problem) => problem.file),
  );
  const problems: RunProblem[] = [];
  for (const [name, sha256] of sealed) {
    const there = files.digests.get(name);
    if (there === undefined && !told.has(name)) problems.push(runProblem('file-missing', name));
    if (there !== undefined && there !== sha256) problems.push(runProblem('file-changed', name));
  }
  for (const name of files.digests.keys()) if (!sealed.has(name) && !unsealed.has(name)) problems.push(runProblem('file-extra', name));
  return problems;
}

function claimProblems(statement: SealStatement, claims: Readonly<Record<string, unknown>>): readonly RunProblem[] {
  const { sealedAt: _, ...claimed } = statement.predicate;
  const said: Readonly<Record<string, unknown>> = claimed;
  return [...new Set([...Object.keys(said), ...Object.keys(claims)])]
    .filter((name) => !isDeepStrictEqual(said[name], claims[name]))
    .map((name) => runProblem('claims-differ', 'record.json', name));
}
