import { X509Certificate, createHash, verify } from 'node:crypto';
import { DerFields, derContext, derElement, derTags, firstDer, hexOfInteger, readDer, readObjectIdentifier } from '../../../core/der.ts';

export const oids = {
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  counterSignature: '1.2.840.113549.1.9.6',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  spcIndirectData: '1.3.6.1.4.1.311.2.1.4',
  spcPeImageData: '1.3.6.1.4.1.311.2.1.15',
  spcTimestamp: '1.3.6.1.4.1.311.3.3.1',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const;

const digestNames: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** Who signed with what, in a PKCS #7 or CMS signature. */
export interface SignerInfo {
  /** The issuer's name as it stands in the certificate, and the serial number; or the identifier of the key. */
  readonly identity: { readonly issuer: Buffer; readonly serialNumber: string } | { readonly keyId: string };
  /** As OpenSSL calls it: `sha256`. */
  readonly digestAlgorithm: string;
  /** The signed attributes as they were signed: as a SET. */
  readonly signedBytes: Buffer;
  readonly signed: ReadonlyMap<string, readonly Buffer[]>;
  readonly unsigned: ReadonlyMap<string, readonly Buffer[]>;
  readonly signature: Buffer;
}

/** A PKCS #7 (RFC 2315) or CMS (RFC 5652) signature over content that is inside it. */
export interface SignedData {
  /** Object identifier of what was signed. */
  readonly contentType: string;
  /** The bytes the message digest is over. */
  readonly content: Buffer;
  readonly certificates: readonly X509Certificate[];
  readonly signer: SignerInfo;
}

/** A signature without the zeros that fill its place up to a multiple of 8: signtool counts them in. Throws a `RangeError` when more comes after it. */
export function withoutPadding(bytes: Buffer): Buffer {
  const { whole } = firstDer(bytes);
  const rest = bytes.subarray(whole.length);
  if (rest.length >= 8 || rest.some((byte) => byte !== 0)) throw new RangeError('something comes after the signature');
  return whole;
}

/** The digest of an AlgorithmIdentifier's content. Throws a `RangeError` for one that nobody should use. */
export function digestNameOf(algorithm: DerFields): string {
  const oid = readObjectIdentifier(algorithm.take(derTags.objectIdentifier).content);
  const name = digestNames[oid];
  if (name === undefined) throw new RangeError(`its digest algorithm ${oid} is not known`);
  return name;
}

/** Reads a signature by exactly one signer. Throws a `RangeError` with the reason. */
export function readSignedData(bytes: Buffer): SignedData {
  const outer = new DerFields(bytes, 'the signature').inside(derTags.sequence);
  if (readObjectIdentifier(outer.take(derTags.objectIdentifier).content) !== oids.signedData) throw new RangeError('it is no signature');
  const data = outer.inside(derContext(0)).inside(derTags.sequence);
  data.take(derTags.integer);
  data.take(derTags.set);
  const content = data.inside(derTags.sequence);
  const contentType = readObjectIdentifier(content.take(derTags.objectIdentifier).content);
  const [inner, ...more] = readDer(content.take(derContext(0)).content);
  if (inner === undefined || more.length > 0) throw new RangeError('the signature does not hold what was signed');
  const certificates = readDer(data.takeIf(derContext(0))?.content ?? Buffer.alloc(0)).map(({ whole }) => certificateOf(whole));
  data.takeIf(derContext(1));
  const [signer, ...others] = readDer(data.take(derTags.set).content);
  if (signer?.tag !== derTags.sequence || others.length > 0) throw new RangeError('it is not by exactly one signer');
  return { contentType, content: inner.content, certificates, signer: readSigner(signer.content) };
}

function certificateOf(der: Buffer): X509Certificate {
  try {
    const certificate = new X509Certificate(der);
    // It is decoded only when somebody asks for it, and may be none.
    if (certificate.publicKey.asymmetricKeyType === undefined) throw new RangeError('its key is of no known kind');
    return certificate;
  } catch (error) {
    throw new RangeError('a certificate in the signature cannot be read', { cause: error });
  }
}

function readSigner(bytes: Buffer): SignerInfo {
  const fields = new DerFields(bytes, 'the part about the signer');
  fields.take(derTags.integer);
  const keyId = fields.takeIf(derContext(0, false));
  const named = keyId ? undefined : fields.inside(derTags.sequence);
  const digestAlgorithm = digestNameOf(fields.inside(derTags.sequence));
  const attributes = fields.take(derContext(0));
  fields.take(derTags.sequence);
  const signature = fields.take(derTags.octetString).content;
  const unsigned = fields.takeIf(derContext(1));
  return {
    identity:
      named === undefined
        ? { keyId: (keyId?.content ?? Buffer.alloc(0)).toString('hex') }
        : { issuer: named.take(derTags.sequence).whole, serialNumber: hexOfInteger(named.take(derTags.integer).content) },
    digestAlgorithm,
    signedBytes: derElement(derTags.set, attributes.content),
    signed: readAttributes(attributes.content),
    unsigned: readAttributes(unsigned?.content ?? Buffer.alloc(0)),
    signature,
  };
}

function readAttributes(content: Buffer): ReadonlyMap<string, readonly Buffer[]> {
  const found = new Map<string, readonly Buffer[]>();
  for (const { content: attribute } of readDer(content)) {
    const fields = new DerFields(attribute, 'an attribute');
    const oid = readObjectIdentifier(fields.take(derTags.objectIdentifier).content);
    if (found.has(oid)) throw new RangeError(`the attribute ${oid} is there twice`);
    found.set(
      oid,
      readDer(fields.take(derTags.set).content).map(({ whole }) => whole),
    );
  }
  return found;
}

/** The one value of an attribute; `undefined` when there is none or more than one. */
export function attributeValue(attributes: ReadonlyMap<string, readonly Buffer[]>, oid: string): Buffer | undefined {
  const values = attributes.get(oid);
  return values?.length === 1 ? values[0] : undefined;
}

/** The certificate of the signer, out of those in the signature. */
export function signerCertificate({ certificates, signer: { identity } }: SignedData): X509Certificate | undefined {
  return certificates.find((certificate) => {
    if ('keyId' in identity) return keyIdOf(certificate) === identity.keyId;
    const tbs = new DerFields(certificate.raw, 'a certificate').inside(derTags.sequence).inside(derTags.sequence);
    tbs.takeIf(derContext(0));
    const serialNumber = hexOfInteger(tbs.take(derTags.integer).content);
    tbs.take(derTags.sequence);
    return serialNumber === identity.serialNumber && tbs.take(derTags.sequence).whole.equals(identity.issuer);
  });
}

/** SHA-1 of the public key's bits, which is what authorities use as its identifier (RFC 5280, 4.2.1.2). */
export function keyIdOf(certificate: X509Certificate): string {
  const spki = new DerFields(certificate.publicKey.export({ type: 'spki', format: 'der' }), 'a public key').inside(derTags.sequence);
  spki.take(derTags.sequence);
  return createHash('sha1').update(spki.take(derTags.bitString).content.subarray(1)).digest('hex');
}

/** What is wrong with the signature itself: the attributes must name the content, and the key must have signed the attributes. */
export function signatureProblems({ contentType, content, signer }: SignedData, certificate: X509Certificate): readonly string[] {
  const problems: string[] = [];
  const named = attributeValue(signer.signed, oids.contentType);
  if (
    named === undefined ||
    readObjectIdentifier(new DerFields(named, 'a content type').take(derTags.objectIdentifier).content) !== contentType
  )
    problems.push('it was made for another kind of content');
  const digest = attributeValue(signer.signed, oids.messageDigest);
  const actual = createHash(signer.digestAlgorithm).update(content).digest();
  if (digest === undefined || !new DerFields(digest, 'a digest').take(derTags.octetString).content.equals(actual))
    problems.push('the digest it was made for is not that of its content');
  if (!isSignedBy(signer, certificate)) problems.push('it was not made with the key of its certificate');
  return problems;
}

function isSignedBy(signer: SignerInfo, certificate: X509Certificate): boolean {
  try {
    return verify(signer.digestAlgorithm, signer.signedBytes, certificate.publicKey, signer.signature);
  } catch {
    // A key that can sign nothing of the kind.
    return false;
  }
}
