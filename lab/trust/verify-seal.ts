import { LabError } from '../core/error.ts';
import type { Format } from '../core/formats.ts';
import type { Sha256 } from '../core/ids.ts';
import { validate } from '../core/validate.ts';
import { canonicalJson } from './canonical-json.ts';
import { type SealFile, carriedKey, isSignedBy, keyIdOf, sealFile } from './envelope.ts';
import type { TrustedKey } from './keys.ts';
import { type RunProblem, runProblem } from './run-problem.ts';
import { sealText } from './seal.ts';
import { type SealStatement, sealStatement } from './statement.ts';

const sealFormat = { file: 'seal.v1.json', title: 'seal', schema: sealFile } satisfies Format;
const statementFormat = { file: 'seal-statement.v1.json', title: 'seal statement', schema: sealStatement } satisfies Format;

/** What a seal says and what is wrong with it. */
export interface SealFindings {
  readonly keyId?: Sha256;
  /** What the seal says, also when it may not be believed: so that one look names all problems. */
  readonly statement?: SealStatement;
  readonly problems: readonly RunProblem[];
}

/**
 * Checks a seal by itself: its spelling, its key, its signature. `bytes` is all of `seal.json`, `undefined` when there is none.
 * Whether the run is what was sealed is `verifyRun`'s to find out.
 */
export function verifySeal(bytes: Buffer | undefined, trustedKeys: readonly TrustedKey[]): SealFindings {
  const file = 'seal.json';
  if (bytes === undefined) return { problems: [runProblem('seal-missing', file)] };
  let seal: SealFile;
  let statement: SealStatement;
  let payload: string;
  try {
    seal = validate(sealFormat, JSON.parse(bytes.toString('utf8')), file);
    payload = Buffer.from(seal.payload, 'base64').toString('utf8');
    statement = validate(statementFormat, JSON.parse(payload), 'the payload of the seal');
  } catch (error) {
    if (!(error instanceof LabError) && !(error instanceof SyntaxError)) throw error;
    return { problems: [runProblem('seal-invalid', file, error.message)] };
  }
  const problems: RunProblem[] = [];
  const respelled = { ...seal, ...respelledBase64(seal) };
  const sorted = statement.subject.every((subject, index, all) => index === 0 || (all[index - 1]?.name ?? '') < subject.name);
  if (!Buffer.from(sealText(respelled)).equals(bytes) || payload !== canonicalJson(statement) || !sorted)
    problems.push(runProblem('seal-not-canonical', file));
  const keyId = seal.signatures[0]?.keyid;
  const carried = carriedKey(seal);
  if (carried === undefined || keyIdOf(carried) !== keyId) problems.push(runProblem('key-mismatch', file));
  const trusted = trustedKeys.find((key) => key.keyId === keyId);
  if (trusted === undefined) problems.push(runProblem('key-untrusted', file, keyId));
  const publicKey = trusted?.publicKey ?? carried;
  if (publicKey === undefined || !isSignedBy(seal, publicKey)) problems.push(runProblem('signature-invalid', file));
  return { ...(keyId ? { keyId } : {}), statement, problems };
}

/** Base64 has several spellings of the same bytes (loose last bits); the lab writes one. */
const respelledBase64 = (seal: SealFile): Pick<SealFile, 'payload' | 'publicKey' | 'signatures'> => {
  const respell = (text: string): string => Buffer.from(text, 'base64').toString('base64');
  return {
    payload: respell(seal.payload),
    publicKey: respell(seal.publicKey),
    signatures: seal.signatures.map(({ keyid, sig }) => ({ keyid, sig: respell(sig) })),
  };
};
