import { type X509Certificate, createHash } from 'node:crypto';
import { DerFields, derTags, firstDer, hexOfInteger, readDer, readGeneralizedTime, readObjectIdentifier } from '../../../core/der.ts';
import {
  attributeValue,
  digestNameOf,
  oids,
  readSignedData,
  type SignedData,
  signatureProblems,
  signerCertificate,
} from './signed-data.ts';

/** A time stamp (RFC 3161, 2.4.2) as it says of itself. */
export interface TimestampToken {
  readonly at: string;
  readonly policy: string;
  readonly serialNumber: string;
  readonly imprint: { readonly algorithm: string; readonly digest: string };
  /** Hexadecimal; absent when the request had none. */
  readonly nonce: string | undefined;
  readonly data: SignedData;
}

/** Reads a token. Throws a `RangeError` with the reason. */
export function readTimestampToken(bytes: Buffer): TimestampToken {
  const data = readSignedData(bytes);
  if (data.contentType !== oids.timestampInfo) throw new RangeError('it is no time stamp');
  const info = new DerFields(data.content, 'the time stamp').inside(derTags.sequence);
  info.take(derTags.integer);
  const policy = readObjectIdentifier(info.take(derTags.objectIdentifier).content);
  const imprint = info.inside(derTags.sequence);
  const algorithm = digestNameOf(imprint.inside(derTags.sequence));
  const digest = imprint.take(derTags.octetString).content.toString('hex');
  const serialNumber = hexOfInteger(info.take(derTags.integer).content);
  const at = readGeneralizedTime(info.take(derTags.generalizedTime).content);
  info.takeIf(derTags.sequence);
  info.takeIf(derTags.boolean);
  const nonce = info.takeIf(derTags.integer);
  return { at, policy, serialNumber, imprint: { algorithm, digest }, nonce: nonce && hexOfInteger(nonce.content), data };
}

/** A token, the certificate of who gave it, and what is wrong with it. Who is above that certificate is not asked here. */
export interface ExaminedToken {
  readonly token: TimestampToken;
  readonly authority: X509Certificate | undefined;
  readonly problems: readonly string[];
}

/** Looks whether a token is for these bytes and holds by itself. Throws a `RangeError` when it cannot be read. */
export function examineToken(bytes: Buffer, stamped: Uint8Array): ExaminedToken {
  const token = readTimestampToken(bytes);
  const problems: string[] = [];
  const { algorithm, digest } = token.imprint;
  if (createHash(algorithm).update(stamped).digest('hex') !== digest) problems.push('it is for something else');
  if (algorithm === 'sha1') problems.push('its digest is SHA-1');
  const authority = signerCertificate(token.data);
  if (authority === undefined) return { token, authority, problems: [...problems, 'it does not bring the certificate of who gave it'] };
  problems.push(...signatureProblems(token.data, authority));
  if (!namesCertificate(token.data, authority)) problems.push('it does not name the certificate it was given with');
  return { token, authority, problems };
}

/** RFC 3161 (2.4.1) wants the certificate's digest among what is signed: ESSCertID (RFC 2634) or ESSCertIDv2 (RFC 5035), which default to SHA-1 and SHA-256. */
function namesCertificate({ signer }: SignedData, { raw }: X509Certificate): boolean {
  return (
    [
      [oids.signingCertificate, 'sha1'],
      [oids.signingCertificateV2, 'sha256'],
    ] as const
  ).some(([oid, otherwise]) => {
    const value = attributeValue(signer.signed, oid);
    if (value === undefined) return false;
    const first = firstDer(new DerFields(value, 'a certificate identifier').inside(derTags.sequence).take(derTags.sequence).content);
    const fields = new DerFields(first.content, 'a certificate identifier');
    const named = fields.takeIf(derTags.sequence);
    const algorithm = named ? digestNameOf(new DerFields(named.content, 'an algorithm')) : otherwise;
    return fields.take(derTags.octetString).content.equals(createHash(algorithm).update(raw).digest());
  });
}

/** Reads a TimeStampResp (RFC 3161, 2.4.2): the token in it. Throws a `RangeError` with the reason when the server refused, or answered something else. */
export function tokenInResponse(bytes: Buffer): Buffer {
  const response = new DerFields(bytes, 'the answer').inside(derTags.sequence);
  const status = response.inside(derTags.sequence);
  const code = hexOfInteger(status.take(derTags.integer).content);
  if (code !== '00' && code !== '01') {
    const text = readDer(status.takeIf(derTags.sequence)?.content ?? Buffer.alloc(0))
      .map(({ content }) => content.toString('utf8'))
      .join(' ');
    throw new RangeError(`the server refused (status ${Number.parseInt(code, 16)})${text === '' ? '' : `: ${text.slice(0, 200)}`}`);
  }
  const [token, ...more] = response.rest();
  if (token?.tag !== derTags.sequence || more.length > 0) throw new RangeError('the answer holds no time stamp');
  return token.whole;
}
