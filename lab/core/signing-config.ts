import { z } from 'zod';

const file = z.string().min(1);

/** Where a password is read from when it is needed. There is no place for a password itself. */
const passwordSource = z.union([
  z.strictObject({
    environment: z
      .string()
      .regex(/^[A-Za-z_]\w*$/)
      .meta({ description: 'Name of the environment variable that holds it' }),
  }),
  z.strictObject({ file: file.meta({ description: 'File that holds it in its first line, relative to this file' }) }),
]);
export type PasswordSource = z.infer<typeof passwordSource>;
const password = passwordSource
  .optional()
  .meta({ description: 'Where the password or PIN of the key comes from; never the password itself' });

const certificate = file.meta({ description: 'Certificate (PEM), and those between it and its authority, relative to this file' });

// pkcs11:token=release;object=signing;type=private
const pkcs11Uri = z
  .string()
  .regex(/^pkcs11:/)
  .refine((uri) => !/pin-value/i.test(uri), 'a PIN has no place here; give `password`')
  .meta({ description: 'PKCS #11 URI of the key: `pkcs11:token=…;object=…`' });

/** Who signs, with what key. */
export const signerConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }).meta({ description: 'Nobody: the executable stays unsigned by choice' }),
  z.strictObject({ kind: z.literal('rehearsal') }).meta({ description: 'A throw-away certificate that nobody trusts, to rehearse with' }),
  z
    .strictObject({ kind: z.literal('pfx'), file: file.meta({ description: 'PKCS #12 file, relative to this file' }), password })
    .meta({ description: 'A key with its certificates in a PKCS #12 file' }),
  z
    .strictObject({
      kind: z.literal('pem'),
      certificate,
      key: file.meta({ description: 'Private key (PEM, may be encrypted), relative to this file' }),
      password,
    })
    .meta({ description: 'A key and its certificates in PEM files' }),
  z
    .strictObject({
      kind: z.literal('pkcs11'),
      module: file.meta({ description: 'PKCS #11 library of the token' }),
      engine: file.optional().meta({ description: 'OpenSSL engine for PKCS #11; absent: where Debian puts it' }),
      key: pkcs11Uri,
      certificate: certificate.optional().meta({ description: 'Certificate (PEM), relative to this file; absent: it is on the token' }),
      password,
    })
    .meta({ description: 'A key on a token: a smart card, a hardware security module' }),
  z
    .strictObject({
      kind: z.literal('engine'),
      engine: file.meta({ description: 'OpenSSL engine, as a file' }),
      key: z.string().min(1).meta({ description: 'What the engine calls the key' }),
      certificate,
      password,
    })
    .meta({ description: 'A key behind an OpenSSL engine' }),
  z
    .strictObject({
      kind: z.literal('signtool'),
      thumbprint: z
        .string()
        .regex(/^[0-9a-fA-F]{40}$/)
        .meta({ description: 'SHA-1 thumbprint of the certificate, as Windows shows it' }),
      store: z.enum(['user', 'machine']).default('user').meta({ description: 'Whose certificate store it is in' }),
      program: file.default('signtool.exe').meta({ description: 'Where signtool is' }),
    })
    .meta({ description: 'Windows hosts: a key in the certificate store, used by signtool' }),
]);
export type SignerConfig = z.infer<typeof signerConfig>;

const timestampServer = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .refine((url) => URL.parse(url)?.password === '', 'a password has no place in a URL')
    .meta({ description: 'RFC 3161 time-stamp server' }),
  timeoutSeconds: z.number().positive().max(600).default(20).meta({ description: 'How long an answer is waited for' }),
});
export type TimestampServer = z.infer<typeof timestampServer>;

/** How the executable is signed. Absent in the configuration: it is not, by choice. */
export const signingConfig = z.strictObject({
  signer: signerConfig.meta({ description: 'What signs, and with which key: see docs/guide/signing.md' }),
  description: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'What Windows calls the program when it asks; absent: `product.displayName`' }),
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: 'Where Windows links to for more about the program' }),
  authorities: file
    .optional()
    .meta({ description: 'Certificates (PEM) one of which has to be above the signer’s; absent: any chain that is whole in itself' }),
  timestamps: z
    .strictObject({
      demand: z
        .enum(['required', 'optional'])
        .default('required')
        .meta({ description: 'Whether a release without a time stamp may be made' }),
      servers: z.array(timestampServer).min(1).max(16).meta({ description: 'Asked in this order until one answers rightly' }),
      authorities: file.optional().meta({ description: 'Certificates (PEM) one of which has to be above the time-stamp server’s' }),
    })
    .optional()
    .meta({ description: 'Absent: no time stamp, so the signature dies with the certificate' }),
});
export type SigningConfig = z.infer<typeof signingConfig>;
