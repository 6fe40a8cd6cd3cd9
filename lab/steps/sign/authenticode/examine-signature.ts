import type { X509Certificate } from 'node:crypto';
import { DerFields, derTags, readObjectIdentifier } from '../../../core/der.ts';
import type { SignatureProblem, SignatureReport, TimestampFacts } from '../../../core/signature-report.ts';
import { sha256Of } from '../../../host/hash.ts';
import { peChecksum, storedChecksum } from '../../build/pe-checksum.ts';
import { factsOf, followChain, isRehearsal, weakKeyProblem } from './certificates.ts';
import { type PeLayout, authenticodeDigest, readPeLayout, signatureIn } from './pe-layout.ts';
import {
  type SignedData,
  type SignerInfo,
  attributeValue,
  digestNameOf,
  oids,
  readSignedData,
  signatureProblems,
  signerCertificate,
  withoutPadding,
} from './signed-data.ts';
import { examineToken } from './timestamp-token.ts';

/** What a signature is held against. */
export interface Expectations {
  /** One of which has to be above the signer's certificate; empty: any chain that is whole. */
  readonly authorities: readonly X509Certificate[];
  /** The same for time stamps. */
  readonly timestampAuthorities: readonly X509Certificate[];
  /** Whether it must have a time stamp. */
  readonly timestamp: 'required' | 'optional';
  /** Milliseconds since 1970. The signer's certificate has to be valid at the time of the time stamp, or now where there is none. */
  readonly nowMs: number;
}

/** Everything about the signature of an executable. Never throws for what the file holds, unless it is no PE file: then a `RangeError`. */
export function examineSignature(file: Buffer, name: string, expected: Expectations): SignatureReport {
  const about = { file: name, sizeBytes: file.length, sha256: sha256Of(file) };
  let layout: PeLayout;
  let bytes: Buffer | undefined;
  try {
    layout = readPeLayout(file);
    bytes = signatureIn(file, layout);
  } catch (error) {
    if (!isSigned(file)) throw error;
    return { ...about, problems: [{ code: 'table-malformed', message: reasonOf(error) }] };
  }
  if (bytes === undefined) return { ...about, problems: [] };
  try {
    return { ...about, ...examine(file, layout, bytes, expected) };
  } catch (error) {
    return { ...about, problems: [{ code: 'signature-malformed', message: reasonOf(error) }] };
  }
}

function examine(file: Buffer, layout: PeLayout, bytes: Buffer, expected: Expectations): Pick<SignatureReport, 'signature' | 'problems'> {
  const data = readSignedData(withoutPadding(bytes));
  const certificate = signerCertificate(data);
  if (certificate === undefined) throw new RangeError('the certificate of the signer is not in it');
  if (data.contentType !== oids.spcIndirectData) throw new RangeError('it is not for an executable');
  const { algorithm, digest: signed } = spcDigest(data);
  const actual = authenticodeDigest(file, layout, algorithm);
  const problems: SignatureProblem[] = signatureProblems(data, certificate).map((message) => ({ code: 'signature-invalid', message }));
  if (actual !== signed)
    problems.push({ code: 'digest-differs', message: `it was made for ${algorithm} ${signed}, and the executable has ${actual}` });
  if (algorithm === 'sha1') problems.push({ code: 'weak-digest', message: 'its digest is SHA-1, which Windows takes no more' });
  if (storedChecksum(file) !== peChecksum(file))
    problems.push({ code: 'checksum-differs', message: 'the checksum in the header is not that of the file' });

  const stamp = examineTimestamp(data.signer, expected);
  problems.push(...stamp.problems);
  const atMs = stamp.facts ? Date.parse(stamp.facts.at) : expected.nowMs;
  const chain = followChain({
    leaf: certificate,
    others: data.certificates,
    authorities: expected.authorities,
    purpose: oids.codeSigning,
    purposeInWords: 'code signing',
    atMs,
  });
  const weak = weakKeyProblem(certificate);
  problems.push(...chain.problems, ...(weak ? [weak] : []));
  const signedAt = signingTimeOf(data.signer);
  return {
    signature: {
      signer: factsOf(certificate),
      chain: chain.above.map(factsOf),
      known: chain.known,
      rehearsal: isRehearsal(certificate),
      digest: { algorithm, signed, actual, matches: actual === signed },
      ...(signedAt === undefined ? {} : { signedAt }),
      ...(stamp.facts ? { timestamp: stamp.facts } : {}),
      repeatable: certificate.publicKey.asymmetricKeyType === 'rsa' && stamp.facts === undefined,
      sizeBytes: layout.table.sizeBytes,
    },
    problems,
  };
}

/** The signer's signature itself, which is what a time stamp is for. Throws a `RangeError` when there is none that can be read. */
export function signatureValueOf(file: Buffer): Buffer {
  const bytes = signatureIn(file, readPeLayout(file));
  if (bytes === undefined) throw new RangeError('there is no signature');
  return readSignedData(withoutPadding(bytes)).signer.signature;
}

/** Whether the entry of the certificate table is in use, as far as it can be told. */
function isSigned(file: Buffer): boolean {
  try {
    readPeLayout(file);
    return true;
  } catch (error) {
    return error instanceof RangeError && error.message.includes('certificate table');
  }
}

const reasonOf = (error: unknown): string => {
  if (error instanceof RangeError) return error.message;
  throw error;
};

/** The digest in SpcIndirectDataContent (Windows Authenticode Portable Executable Signature Format, "SpcIndirectDataContent"). */
function spcDigest({ content }: SignedData): { readonly algorithm: string; readonly digest: string } {
  const fields = new DerFields(content, 'what was signed');
  const about = fields.inside(derTags.sequence);
  if (readObjectIdentifier(about.take(derTags.objectIdentifier).content) !== oids.spcPeImageData)
    throw new RangeError('it is not for a PE file');
  const info = fields.inside(derTags.sequence);
  return { algorithm: digestNameOf(info.inside(derTags.sequence)), digest: info.take(derTags.octetString).content.toString('hex') };
}

// 261121143305Z
const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

function signingTimeOf(signer: SignerInfo): string | undefined {
  const value = attributeValue(signer.signed, oids.signingTime);
  const text = value && new DerFields(value, 'the signing time').takeIf(derTags.utcTime)?.content.toString('latin1');
  const [, year, month, day, hours, minutes, seconds] = UTC_TIME.exec(text ?? '') ?? [];
  if (year === undefined) return undefined;
  // Two digits of a year: 1950 to 2049 (RFC 5280, 4.1.2.5.1).
  const time = new Date(`${Number(year) < 50 ? 20 : 19}${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

function examineTimestamp(
  signer: SignerInfo,
  { timestampAuthorities, timestamp }: Expectations,
): { readonly facts?: TimestampFacts; readonly problems: readonly SignatureProblem[] } {
  const invalid = (message: string): SignatureProblem => ({ code: 'timestamp-invalid', message: `time stamp: ${message}` });
  const token = attributeValue(signer.unsigned, oids.spcTimestamp);
  if (token === undefined) {
    if (signer.unsigned.has(oids.spcTimestamp) || signer.unsigned.has(oids.counterSignature))
      return { problems: [invalid('it is not one as RFC 3161 describes it')] };
    return { problems: timestamp === 'required' ? [{ code: 'timestamp-missing', message: 'there is no time stamp' }] : [] };
  }
  try {
    const { token: read, authority, problems } = examineToken(token, signer.signature);
    if (authority === undefined || problems.length > 0) return { problems: problems.map(invalid) };
    const chain = followChain({
      leaf: authority,
      others: read.data.certificates,
      authorities: timestampAuthorities,
      purpose: oids.timeStamping,
      purposeInWords: 'time stamps',
      atMs: Date.parse(read.at),
    });
    if (chain.problems.length > 0) return { problems: chain.problems.map(({ message }) => invalid(message)) };
    const { at, policy, serialNumber } = read;
    const digestAlgorithm = read.imprint.algorithm;
    return { facts: { at, authority: factsOf(authority), policy, serialNumber, digestAlgorithm, known: chain.known }, problems: [] };
  } catch (error) {
    return { problems: [invalid(reasonOf(error))] };
  }
}
