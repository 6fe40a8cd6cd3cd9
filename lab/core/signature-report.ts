import { z } from 'zod';
import { sha256Schema } from './bundle.ts';
import type { Format } from './formats.ts';

const instant = z.iso.datetime();

/** A certificate as far as anybody asks about it. */
const certificateFacts = z.strictObject({
  subject: z.string(),
  issuer: z.string(),
  serialNumber: z.string().meta({ description: 'Hexadecimal' }),
  validFrom: instant,
  validTo: instant,
  sha256: sha256Schema.meta({ description: 'Of the certificate' }),
  sha1: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .meta({ description: 'The thumbprint that Windows shows' }),
  key: z.string().meta({ description: 'Kind and size: `RSA 3072`, `EC prime256v1`' }),
});
export type CertificateFacts = z.infer<typeof certificateFacts>;

/** What can be wrong with a signature. The first group is the certificate’s fault, the second the signature’s, the third the time stamp’s. */
const signatureProblemCodes = [
  'expired',
  'not-yet-valid',
  'not-for-code-signing',
  'weak-key',
  'unknown-authority',
  'chain-broken',
  'table-malformed',
  'signature-malformed',
  'signature-invalid',
  'digest-differs',
  'weak-digest',
  'checksum-differs',
  'changed-elsewhere',
  'timestamp-invalid',
  'timestamp-missing',
  'disputed',
] as const;

const signatureProblem = z.strictObject({ code: z.enum(signatureProblemCodes), message: z.string() });
export type SignatureProblem = z.infer<typeof signatureProblem>;

const timestampFacts = z.strictObject({
  at: instant,
  authority: certificateFacts,
  policy: z.string().meta({ description: 'Object identifier of the policy it was given under' }),
  serialNumber: z.string().meta({ description: 'Hexadecimal' }),
  digestAlgorithm: z.string(),
  known: z.boolean().meta({ description: 'Whether one of the given certificates is above it' }),
});
export type TimestampFacts = z.infer<typeof timestampFacts>;

const signatureFacts = z.strictObject({
  signer: certificateFacts,
  chain: z.array(certificateFacts).meta({ description: 'From the one that issued the signer’s upwards' }),
  known: z.boolean().meta({ description: 'Whether one of the given certificates is above the signer’s' }),
  rehearsal: z.boolean().meta({ description: 'With a throw-away certificate that nobody trusts' }),
  digest: z
    .strictObject({ algorithm: z.string(), signed: z.string(), actual: z.string(), matches: z.boolean() })
    .meta({ description: 'Authenticode digest of the executable: as it was signed, and as it is now' }),
  signedAt: instant.optional().meta({ description: 'As the signer says; proves nothing' }),
  timestamp: timestampFacts.optional(),
  repeatable: z
    .boolean()
    .meta({ description: 'Whether the same key gives the same bytes at the same time: RSA does, and a time stamp never' }),
  sizeBytes: z.int().min(0).meta({ description: 'Of the certificate table' }),
});

/** Everything that can be said about the signature of an executable. */
export const signatureReport = z.strictObject({
  file: z.string(),
  sizeBytes: z.int().min(0),
  sha256: sha256Schema,
  signature: signatureFacts.optional().meta({ description: 'Absent: there is none, or none that can be read' }),
  problems: z.array(signatureProblem),
});
export type SignatureReport = z.infer<typeof signatureReport>;

export const signatureReportFormat: Format & { readonly schema: typeof signatureReport } = {
  file: 'signature.v1.json',
  title: 'Signature of an executable',
  schema: signatureReport,
};
