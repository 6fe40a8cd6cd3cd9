import { createHash } from 'node:crypto';
import { ProtocolViolation } from '../protocol-violation.ts';
import { contextTag, derTags, readDer, readDerContent, readObjectIdentifier } from './der.ts';

/**
 * How strictly a service asks that a log-in over TLS names the certificate it was made under: CbtHardeningLevel of Windows ([MS-WSMV] 2.2.4.34).
 * `none`: not looked at. `relaxed`: a wrong one is refused, none at all is taken. `strict`: only the right one is taken.
 */
export type CbtHardening = 'none' | 'relaxed' | 'strict';

/** Hash functions by the algorithm that signs a certificate. */
const SIGNATURE_HASHES: Readonly<Record<string, string>> = {
  // RFC 5929, 4.1: what is signed with MD5 or SHA-1 is bound with SHA-256.
  '1.2.840.113549.1.1.4': 'sha256',
  '1.2.840.113549.1.1.5': 'sha256',
  '1.2.840.10040.4.3': 'sha256',
  '1.2.840.10045.4.1': 'sha256',
  // RSA (RFC 8017, A.2.4)
  '1.2.840.113549.1.1.14': 'sha224',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  // ECDSA (RFC 5758, 3.2)
  '1.2.840.10045.4.3.1': 'sha224',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  // DSA (RFC 5758, 3.1)
  '2.16.840.1.101.3.4.3.1': 'sha224',
  '2.16.840.1.101.3.4.3.2': 'sha256',
};

const RSA_PSS = '1.2.840.113549.1.1.10';
/** Hash functions as parameters of RSA-PSS (RFC 4055, 2.1). */
const PSS_HASHES: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha256',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

const TYPE = Buffer.from('tls-server-end-point:', 'latin1');

/**
 * What a log-in under this certificate (DER) says in MsvAvChannelBindings: MD5 over a `gss_channel_bindings_struct` ([MS-NLMP] 3.1.5.1.2 and 2.2.2.1,
 * RFC 2744, 3.11) that holds the binding `tls-server-end-point` (RFC 5929, 4). `undefined` for certificates for which that is not defined, signed
 * with algorithms like Ed25519 that have no one hash function.
 */
export function channelBindingHash(certificate: Buffer): Buffer | undefined {
  const algorithm = hashOf(certificate);
  if (algorithm === undefined) return undefined;
  const data = Buffer.concat([TYPE, createHash(algorithm).update(certificate).digest()]);
  // Type and length of the initiator's address, the same of the acceptor's, all zero; then the length of the data.
  const head = Buffer.alloc(20);
  head.writeUInt32LE(data.length, 16);
  return createHash('md5').update(head).update(data).digest();
}

function hashOf(certificate: Buffer): string | undefined {
  try {
    const [, signature] = readDer(readDerContent(certificate, derTags.sequence));
    const [oid, parameters] = signature?.tag === derTags.sequence ? readDer(signature.content) : [];
    if (oid?.tag !== derTags.objectIdentifier) return undefined;
    const algorithm = readObjectIdentifier(oid.content);
    return algorithm === RSA_PSS ? pssHash(parameters?.whole) : SIGNATURE_HASHES[algorithm];
  } catch (error) {
    // TLS has accepted it, so it is BER that is not DER: rare enough to do without a binding.
    if (error instanceof ProtocolViolation) return undefined;
    throw error;
  }
}

/** RSASSA-PSS-params (RFC 4055, 3.1): without a hash function it is SHA-1, which counts as SHA-256 here. */
function pssHash(parameters: Buffer | undefined): string | undefined {
  if (parameters === undefined) return 'sha256';
  const hash = readDer(readDerContent(parameters, derTags.sequence)).find(({ tag }) => tag === contextTag(0));
  if (hash === undefined) return 'sha256';
  const [oid] = readDer(readDerContent(hash.content, derTags.sequence));
  return oid?.tag === derTags.objectIdentifier ? PSS_HASHES[readObjectIdentifier(oid.content)] : undefined;
}

/** What a service asks of the channel bindings of those who log in. */
export interface BindingPolicy {
  /** {@link channelBindingHash} of the service's own certificate; absent without TLS, and then anything will do. */
  readonly expected?: Buffer | undefined;
  readonly hardening: CbtHardening;
}

/** The policy of a service without TLS. */
export const unbound: BindingPolicy = { hardening: 'none' };

/**
 * Whether a log-in's channel binding will do. Sixteen zeros are how a client says that it knows of channel bindings and has none ([MS-NLMP] 2.2.2.1).
 */
export function isBound(given: Buffer | undefined, { expected, hardening }: BindingPolicy): boolean {
  if (expected === undefined) return true;
  const absent = given === undefined || given.every((byte) => byte === 0);
  switch (hardening) {
    case 'none':
      return true;
    case 'relaxed':
      return absent || given.equals(expected);
    case 'strict':
      return !absent && given.equals(expected);
  }
}
