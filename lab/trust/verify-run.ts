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

/** What looking at every byte of a run gave. */
export type RunVerification =
  | { readonly ok: true; readonly problems: readonly []; readonly keyId: Sha256; readonly files: number; readonly record: RunRecord }
  | {
      readonly ok: false;
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
  if (statement && parsed.record) problems.push(...claimProblems(statement, parsed.record));
  const { record } = parsed;
  const sealedFiles = files.digests.size - [...files.digests.keys()].filter((name) => unsealed.has(name)).length;
  if (problems.length === 0 && keyId && record) return { ok: true, problems: [], keyId, files: sealedFiles, record };
  return { ok: false, problems, files: sealedFiles, ...(keyId ? { keyId } : {}), ...(record ? { record } : {}) };
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

function claimProblems(statement: SealStatement, record: RunRecord): readonly RunProblem[] {
  const { sealedAt: _, ...claimed } = statement.predicate;
  const claims = sealedClaims(record);
  const names = new Set([...Object.keys(claimed), ...Object.keys(claims)]) as Set<keyof typeof claims>;
  return [...names]
    .filter((name) => !isDeepStrictEqual(claimed[name], claims[name]))
    .map((name) => runProblem('claims-differ', 'record.json', name));
}
