import { DerFields, derContext, derElement, derObjectIdentifier, derSequence, derTags, readDer } from '../../../core/der.ts';
import { writeChecksum } from '../../build/pe-checksum.ts';
import { readPeLayout, signatureIn, tableOf } from './pe-layout.ts';
import { oids, withoutPadding } from './signed-data.ts';

/**
 * The executable with the token as an unsigned attribute of its signature, which is where Windows looks for it. Nothing that is signed changes. Throws a
 * `RangeError` when the executable is not signed, or has unsigned attributes already.
 */
export function addTimestamp(file: Buffer, token: Buffer): Buffer {
  const layout = readPeLayout(file);
  const signature = signatureIn(file, layout);
  if (signature === undefined) throw new RangeError('it is not signed');
  const table = tableOf(withToken(signature, token));
  const stamped = Buffer.concat([file.subarray(0, layout.table.offset), table]);
  stamped.writeUInt32LE(table.length, layout.directoryEntry + 4);
  writeChecksum(stamped);
  return stamped;
}

/** ContentInfo, SignedData and SignerInfo anew around what they held; the signer's unsigned attributes come last (RFC 2315, 9.2). */
function withToken(signature: Buffer, token: Buffer): Buffer {
  const outer = new DerFields(withoutPadding(signature), 'the signature').inside(derTags.sequence);
  const type = outer.take(derTags.objectIdentifier);
  const data = readDer(outer.inside(derContext(0)).take(derTags.sequence).content);
  const signers = data.at(-1);
  if (signers?.tag !== derTags.set) throw new RangeError('the signature is not put together as it has to be');
  const signer = new DerFields(signers.content, 'the part about the signer').take(derTags.sequence);
  if (readDer(signer.content).some(({ tag }) => tag === derContext(1)))
    throw new RangeError('something was added to the signature already');
  const attribute = derSequence(derObjectIdentifier(oids.spcTimestamp), derElement(derTags.set, token));
  const stamped = derElement(derTags.set, derSequence(signer.content, derElement(derContext(1), attribute)));
  return derSequence(type.whole, derElement(derContext(0), derSequence(...data.slice(0, -1).map(({ whole }) => whole), stamped)));
}
