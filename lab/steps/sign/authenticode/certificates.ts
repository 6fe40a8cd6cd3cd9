import { X509Certificate, createHash } from 'node:crypto';
import { LabError } from '../../../core/error.ts';
import type { CertificateFacts, SignatureProblem } from '../../../core/signature-report.ts';
import { readPlainFile } from '../../../host/plain-file.ts';

/** More than any chain has. */
const MOST_LINKS = 8;
const MOST_PEM_BYTES = 4 << 20;
/** What Windows takes; authorities certify no less than 3072 since June 2021 (CA/Browser Forum, Baseline Requirements for Code Signing, 6.1.5). */
const LEAST_RSA_BITS = 2048;
const LEAST_EC_BITS = 256;

// -----BEGIN CERTIFICATE----- … -----END CERTIFICATE-----
const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The certificates in a PEM file. Throws `sign.bad-authorities` when there is none, or one that cannot be read. */
export async function readCertificates(file: string): Promise<readonly X509Certificate[]> {
  const text = (await readPlainFile(file, MOST_PEM_BYTES)).toString('latin1');
  const blocks = text.match(PEM) ?? [];
  if (blocks.length === 0) throw LabError.of('sign.bad-authorities', { file, reason: 'there is none in it' });
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    throw LabError.of('sign.bad-authorities', { file, reason: error instanceof Error ? error.message : String(error) }, { cause: error });
  }
}

/** A name in one line, the way Windows writes it: `CN=…, O=…`. */
const oneLine = (name: string | undefined): string => (name ?? '').split('\n').toReversed().join(', ');

const keyInWords = ({ publicKey: { asymmetricKeyType, asymmetricKeyDetails } }: X509Certificate): string =>
  asymmetricKeyType === 'ec'
    ? `EC ${asymmetricKeyDetails?.namedCurve ?? ''}`
    : `${(asymmetricKeyType ?? 'unknown').toUpperCase()} ${asymmetricKeyDetails?.modulusLength ?? ''}`.trim();

export const factsOf = (certificate: X509Certificate): CertificateFacts => ({
  subject: oneLine(certificate.subject),
  issuer: oneLine(certificate.issuer),
  serialNumber: certificate.serialNumber.toLowerCase(),
  validFrom: certificate.validFromDate.toISOString(),
  validTo: certificate.validToDate.toISOString(),
  sha256: createHash('sha256').update(certificate.raw).digest('hex') as CertificateFacts['sha256'],
  sha1: createHash('sha1').update(certificate.raw).digest('hex'),
  key: keyInWords(certificate),
});

// Not by `checkIssued`: a certificate for signing programs may not issue any, itself included.
const isSelfIssued = (certificate: X509Certificate): boolean =>
  certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
const issued = (above: X509Certificate, below: X509Certificate): boolean => below.checkIssued(above) && below.verify(above.publicKey);

export interface ChainQuestion {
  readonly leaf: X509Certificate;
  /** What came with the signature. */
  readonly others: readonly X509Certificate[];
  /** One of which has to be above the leaf, or be it; empty: any chain will do. */
  readonly authorities: readonly X509Certificate[];
  /** Object identifier of what the leaf has to be made for. */
  readonly purpose: string;
  readonly purposeInWords: string;
  /** When it has to be valid, in milliseconds since 1970. */
  readonly atMs: number;
}

export interface Chain {
  /** Above the leaf, upwards. */
  readonly above: readonly X509Certificate[];
  /** Whether a given authority is above the leaf, or is it. */
  readonly known: boolean;
  readonly problems: readonly SignatureProblem[];
}

/**
 * Follows a certificate upwards: each link is checked by name and by signature, each certificate above must be an authority's, all must be valid at the
 * time, and the leaf must be made for its purpose. Revocation is not asked about: that is Windows' to do at the time of the start.
 */
export function followChain({ leaf, others, authorities, purpose, purposeInWords, atMs }: ChainQuestion): Chain {
  const problems: SignatureProblem[] = [];
  const above: X509Certificate[] = [];
  const isAuthority = (certificate: X509Certificate): boolean => authorities.some(({ raw }) => raw.equals(certificate.raw));
  let top = leaf;
  while (!isAuthority(top) && !isSelfIssued(top) && above.length < MOST_LINKS) {
    const next = [...authorities, ...others].find((candidate) => issued(candidate, top));
    if (next === undefined) break;
    if (!next.ca) problems.push({ code: 'chain-broken', message: `${oneLine(next.subject)} may not issue certificates` });
    above.push(next);
    top = next;
  }
  const known = isAuthority(top);
  if (!known && authorities.length > 0)
    problems.push({ code: 'unknown-authority', message: `none of the given certificates is above ${oneLine(leaf.subject)}` });
  else if (!known && !isSelfIssued(top) && above.length === 0)
    problems.push({ code: 'chain-broken', message: `the certificate that issued ${oneLine(leaf.subject)} is not in the signature` });
  if (!(leaf.keyUsage ?? []).includes(purpose))
    problems.push({ code: 'not-for-code-signing', message: `${oneLine(leaf.subject)} is not made for ${purposeInWords}` });
  for (const certificate of [leaf, ...above]) {
    const { subject, validFromDate, validToDate } = certificate;
    if (atMs < validFromDate.getTime())
      problems.push({ code: 'not-yet-valid', message: `${oneLine(subject)} is valid only from ${validFromDate.toISOString()} on` });
    if (atMs > validToDate.getTime())
      problems.push({ code: 'expired', message: `${oneLine(subject)} was valid only until ${validToDate.toISOString()}` });
  }
  return { above, known, problems };
}

/** A key that is too short to be taken. */
export function weakKeyProblem(certificate: X509Certificate): SignatureProblem | undefined {
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  const weak =
    asymmetricKeyType === 'rsa' ? bits < LEAST_RSA_BITS : asymmetricKeyType !== 'ec' || isShortCurve(asymmetricKeyDetails?.namedCurve);
  return weak
    ? {
        code: 'weak-key',
        message: `the key of ${oneLine(certificate.subject)} is ${keyInWords(certificate)}: ${LEAST_RSA_BITS} bits RSA or ${LEAST_EC_BITS} bits EC are the least`,
      }
    : undefined;
}

const isShortCurve = (curve: string | undefined): boolean => !['prime256v1', 'secp384r1', 'secp521r1'].includes(curve ?? '');

/** What rehearsals call themselves; no authority would put its name to it. */
export const REHEARSAL_NAME = 'REHEARSAL ONLY - DO NOT TRUST';
export const isRehearsal = (certificate: X509Certificate): boolean =>
  certificate.subject.includes(REHEARSAL_NAME) && isSelfIssued(certificate);
