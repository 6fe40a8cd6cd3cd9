import { type KeyObject, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import path from 'node:path';
import { derContext, derElement, derObjectIdentifier, derSequence, derTags, derUnsigned } from '../../../core/der.ts';
import { writeFileAtomic } from '../../../host/files.ts';
import { makeWorkshop } from '../../../host/workshop.ts';
import { REHEARSAL_NAME } from '../authenticode/certificates.ts';
import { oids } from '../authenticode/signed-data.ts';
import type { Signer } from '../signer.ts';
import { type OsslsigncodeParts, osslsigncodeSigner } from './osslsigncode.ts';

const DAY_MS = 86_400_000;
/** Long enough for a run and for looking at what it made, too short for anything else. */
const VALID_DAYS = 2;
const KEY_BITS = 3072;
const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';
const COMMON_NAME = '2.5.4.3';
const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';
/** Bit 0, digitalSignature, of a BIT STRING with seven unused bits. */
const DIGITAL_SIGNATURE = Buffer.from([7, 0x80]);

/**
 * A signer with a key that is made anew for each executable and forgotten with it. Its certificate says that it is for rehearsals, and no machine trusts
 * it. What is signed twice is different twice.
 */
export function rehearsalSigner(parts: OsslsigncodeParts, nowMs: () => number): Signer {
  const unused = osslsigncodeSigner({ kind: 'pem', certificate: 'certificate.pem', key: 'key.pem' }, parts);
  return {
    name: 'rehearsal with a throw-away certificate',
    repeatable: false,
    doctor: async (call) => (await unused.doctor(call)).filter(({ subject }) => subject === 'osslsigncode'),
    sign: async (request, call) => {
      await using workshop = await makeWorkshop(parts.folders.cache);
      const { certificate, key } = throwAwayCertificate(nowMs());
      await writeFileAtomic(path.join(workshop.folder, 'certificate.pem'), certificate);
      await writeFileAtomic(path.join(workshop.folder, 'key.pem'), key, 0o600);
      const inWorkshop = { ...parts, projectRoot: workshop.folder };
      await osslsigncodeSigner({ kind: 'pem', certificate: 'certificate.pem', key: 'key.pem' }, inWorkshop).sign(request, call);
    },
    ...(unused.secondOpinion ? { secondOpinion: unused.secondOpinion } : {}),
  };
}

/** A self-signed code-signing certificate (RFC 5280) with its key, both PEM. Valid from an hour ago, since clocks differ. */
export function throwAwayCertificate(nowMs: number): { readonly certificate: string; readonly key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: KEY_BITS });
  const algorithm = derSequence(derObjectIdentifier(SHA256_WITH_RSA), derElement(derTags.null));
  const name = derSequence(
    derElement(derTags.set, derSequence(derObjectIdentifier(COMMON_NAME), derElement(derTags.utf8String, Buffer.from(REHEARSAL_NAME)))),
  );
  const tbs = derSequence(
    derElement(derContext(0), derUnsigned(Buffer.from([2]))),
    derUnsigned(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name,
    derSequence(utcTime(nowMs - DAY_MS / 24), utcTime(nowMs + VALID_DAYS * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    derElement(
      derContext(3),
      derSequence(
        extension(BASIC_CONSTRAINTS, true, derSequence()),
        extension(KEY_USAGE, true, derElement(derTags.bitString, DIGITAL_SIGNATURE)),
        extension(EXTENDED_KEY_USAGE, true, derSequence(derObjectIdentifier(oids.codeSigning))),
      ),
    ),
  );
  return {
    certificate: pem(derSequence(tbs, algorithm, signatureBits(tbs, privateKey))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
}

const extension = (oid: string, critical: boolean, value: Buffer): Buffer =>
  derSequence(
    derObjectIdentifier(oid),
    ...(critical ? [derElement(derTags.boolean, Buffer.from([0xff]))] : []),
    derElement(derTags.octetString, value),
  );

const signatureBits = (tbs: Buffer, key: KeyObject): Buffer => derElement(derTags.bitString, Buffer.from([0]), sign('sha256', tbs, key));

/** RFC 5280 (4.1.2.5) wants UTCTime until 2049. */
const utcTime = (ms: number): Buffer =>
  // 2026-11-21T14:33:05.123Z → 261121143305Z
  derElement(
    derTags.utcTime,
    Buffer.from(
      new Date(ms)
        .toISOString()
        .replace(/[-:T]|\.\d+/g, '')
        .slice(2),
      'latin1',
    ),
  );

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
