import { type KeyObject, createPublicKey, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { sha256Schema } from '../core/bundle.ts';
import type { Sha256 } from '../core/ids.ts';
import { sha256Of } from '../host/hash.ts';

/** The media type of in-toto statements (in-toto attestation framework, envelope layer). */
export const payloadType = 'application/vnd.in-toto+json';

// c2VhbA== · whether the spelling is the one the lab writes is checked by spelling it again
const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);

/** A DSSE envelope with one signature, and the public key beside it so that the seal can be checked by whoever decides to trust that key. */
export const sealFile = z.strictObject({
  $schema: z.literal('seal.v1.json'),
  payload: base64.meta({ description: 'The in-toto statement, base64' }),
  payloadType: z.literal(payloadType),
  publicKey: base64.meta({ description: 'Ed25519 public key, DER of its SubjectPublicKeyInfo, base64. Proves nothing by itself' }),
  signatures: z
    .array(
      z.strictObject({ keyid: sha256Schema.meta({ description: 'SHA-256 of the public key as it stands in `publicKey`' }), sig: base64 }),
    )
    .length(1),
});
export type SealFile = z.infer<typeof sealFile>;

/** What is signed: the pre-authentication encoding of DSSE v1, `DSSEv1 <length> <type> <length> <body>`. */
const preAuthenticationEncoding = (type: string, body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `), body]);

const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

/** A key's name: SHA-256 of the DER of its SubjectPublicKeyInfo. */
export const keyIdOf = (key: KeyObject): Sha256 => sha256Of(spkiOf(key));

/** A DSSE envelope as others know it (github.com/secure-systems-lab/dsse): without the key. */
export const dsseEnvelope = z.object({
  payload: base64,
  payloadType: z.literal(payloadType),
  signatures: z.array(z.object({ keyid: z.string(), sig: base64 })).min(1),
});
export type DsseEnvelope = z.infer<typeof dsseEnvelope>;

/** Signs an in-toto statement. Ed25519 signatures are deterministic (RFC 8032): the same payload and key give the same envelope. */
export function signDsse(
  payload: Uint8Array,
  privateKey: KeyObject,
): { readonly keyid: Sha256 } & Pick<SealFile, 'payload' | 'payloadType' | 'signatures'> {
  const keyid = keyIdOf(createPublicKey(privateKey));
  const sig = sign(null, preAuthenticationEncoding(payloadType, payload), privateKey).toString('base64');
  return { keyid, payload: Buffer.from(payload).toString('base64'), payloadType, signatures: [{ keyid, sig }] };
}

/** Signs `payload` for a run: the envelope with the public key beside it. */
export function signEnvelope(payload: Uint8Array, privateKey: KeyObject): SealFile {
  const { keyid: _, ...envelope } = signDsse(payload, privateKey);
  return { $schema: 'seal.v1.json', ...envelope, publicKey: spkiOf(createPublicKey(privateKey)).toString('base64') };
}

/** Whether `publicKey` signed the envelope's payload. */
export function isSignedBy(envelope: Pick<DsseEnvelope, 'payload' | 'payloadType' | 'signatures'>, publicKey: KeyObject): boolean {
  if (publicKey.asymmetricKeyType !== 'ed25519') return false;
  const signed = preAuthenticationEncoding(envelope.payloadType, Buffer.from(envelope.payload, 'base64'));
  return envelope.signatures.some(({ sig }) => verify(null, signed, publicKey, Buffer.from(sig, 'base64')));
}

/** The key an envelope carries, `undefined` when it is no Ed25519 key. That it is there is no reason to trust it. */
export function carriedKey(envelope: SealFile): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(envelope.publicKey, 'base64'), type: 'spki', format: 'der' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}
