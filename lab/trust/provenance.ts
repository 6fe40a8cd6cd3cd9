import type { LocalPath } from '../core/ids.ts';
import { LabError } from '../core/error.ts';
import { type Provenance, provenanceFormat } from '../core/provenance.ts';
import { validate } from '../core/validate.ts';
import { readPlainFile } from '../host/plain-file.ts';
import { canonicalJson } from './canonical-json.ts';
import { dsseEnvelope, isSignedBy, signDsse } from './envelope.ts';
import type { LabKey, TrustedKey } from './keys.ts';

const MOST_BYTES = 4 << 20;

/** The text of a `.intoto.jsonl` file: one DSSE envelope on one line, as attestation bundles are handed on. */
export function provenanceText(statement: Provenance, key: LabKey): string {
  const { keyid: _, ...envelope } = signDsse(Buffer.from(canonicalJson(statement)), key.privateKey);
  return `${canonicalJson(envelope)}\n`;
}

/** Provenance that was read back. */
export interface ReadProvenance {
  readonly statement: Provenance;
  /** The trusted key that signed it; `undefined` when none of them did: then it says nothing. */
  readonly signedBy: TrustedKey | undefined;
  /** Whom it names as its signers. */
  readonly keyIds: readonly string[];
}

/** Reads a `.intoto.jsonl` file. Throws `file.invalid` when it is none. */
export async function readProvenance(file: LocalPath, trusted: readonly TrustedKey[]): Promise<ReadProvenance> {
  const text = (await readPlainFile(file, MOST_BYTES)).toString('utf8');
  const invalid = (problems: string): LabError => LabError.of('file.invalid', { file, format: 'a signed provenance', problems });
  let envelope: unknown;
  try {
    envelope = JSON.parse(text);
  } catch {
    throw invalid('it is not one line of JSON');
  }
  const parsed = dsseEnvelope.safeParse(envelope);
  if (!parsed.success) throw invalid('it is no DSSE envelope of an in-toto statement');
  let payload: unknown;
  try {
    payload = JSON.parse(Buffer.from(parsed.data.payload, 'base64').toString('utf8'));
  } catch {
    throw invalid('what it signs is not JSON');
  }
  const statement = validate(provenanceFormat, payload, file);
  return {
    statement,
    signedBy: trusted.find(({ publicKey }) => isSignedBy(parsed.data, publicKey)),
    keyIds: parsed.data.signatures.map(({ keyid }) => keyid),
  };
}
