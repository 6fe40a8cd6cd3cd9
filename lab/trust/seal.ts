import path from 'node:path';
import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import { LabError } from '../core/error.ts';
import { writeFileAtomic } from '../host/files.ts';
import { canonicalJson } from './canonical-json.ts';
import { type SealFile, signEnvelope } from './envelope.ts';
import { inspectRun } from './inspect-run.ts';
import type { LabKey } from './keys.ts';
import { unsealed } from './run-files.ts';
import { type SealStatement, byName, sealedClaims } from './statement.ts';

export interface SealRequest {
  /** The run folder, complete. Nobody may write to it meanwhile. */
  readonly folder: string;
  readonly key: LabKey;
  readonly clock: Pick<Clock, 'now'>;
}

/** The bytes of `seal.json`. */
export const sealText = (seal: SealFile): string => `${canonicalJson(seal)}\n`;

/**
 * Signs every byte of a run: `seal.json` names all files of the folder with their SHA-256, in an in-toto statement in a DSSE envelope.
 * A seal that is there already is replaced. Throws `trust.not-sealable` when the folder does not agree with itself: no seal is given that
 * `verifyRun` would refuse.
 */
export async function sealRun({ folder, key, clock }: SealRequest, call: Call): Promise<SealFile> {
  const { files, parsed, problems } = await inspectRun(folder, undefined, call);
  const first = problems[0];
  if (first || parsed.record === undefined)
    throw LabError.of('trust.not-sealable', {
      folder,
      problem: first?.message ?? (parsed.foreign ? 'another version of the lab made its record' : 'record.json is missing'),
    });
  const statement: SealStatement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [...files.digests]
      .filter(([name]) => !unsealed.has(name))
      .map(([name, sha256]) => ({ name, digest: { sha256 } }))
      .toSorted(byName),
    predicateType: 'urn:anivault-lab:seal:v1',
    predicate: { ...sealedClaims(parsed.record), sealedAt: clock.now() },
  };
  const seal = signEnvelope(Buffer.from(canonicalJson(statement)), key.privateKey);
  await writeFileAtomic(path.join(folder, 'seal.json'), sealText(seal));
  return seal;
}
