import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { SignatureFacts } from '../../../core/toolkit.ts';
import type { Questions } from '../../questions.ts';
import { toNative } from './guest-path.ts';
import { Refusal } from './refusal.ts';

const NOT_PORTABLE: SignatureFacts = { isPortableExecutable: false, certificateTableBytes: 0 };
/** Offset of the PE header's own offset in the DOS header. */
const PE_OFFSET_AT = 0x3c;
const PE_SIGNATURE = 0x0000_4550;
const COFF_HEADER_BYTES = 20;
const PE32 = 0x10b;
const PE32_PLUS = 0x20b;
/** Index of the certificate table among the data directories, each of 8 bytes. */
const CERTIFICATE_TABLE = 4;

/**
 * Reads the certificate table's size from the headers (Microsoft PE format, "Optional Header Data Directories"). A table that does not lie within
 * the file counts as none. Nothing here checks the digest: that needs WinVerifyTrust, which Wine answers for any certificate.
 */
export function readSignature({ file }: Questions['readSignature']): SignatureFacts {
  const handle = openSync(toNative(file), 'r');
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile()) throw new Refusal('not-found', `not a file: ${file}`);
    const at = (offset: number, length: number): Buffer | undefined => {
      if (offset < 0 || offset + length > stats.size) return undefined;
      const bytes = Buffer.alloc(length);
      return readSync(handle, bytes, 0, length, offset) === length ? bytes : undefined;
    };
    return signatureIn(at, stats.size);
  } finally {
    closeSync(handle);
  }
}

/** The same over any source of bytes; `at` gives `undefined` for what is not there. */
export function signatureIn(at: (offset: number, length: number) => Buffer | undefined, sizeBytes: number): SignatureFacts {
  const dos = at(0, 64);
  if (dos?.toString('latin1', 0, 2) !== 'MZ') return NOT_PORTABLE;
  const peOffset = dos.readUInt32LE(PE_OFFSET_AT);
  const coff = at(peOffset, 4 + COFF_HEADER_BYTES);
  if (coff?.readUInt32LE(0) !== PE_SIGNATURE) return NOT_PORTABLE;
  const optionalBytes = coff.readUInt16LE(4 + 16);
  const optional = at(peOffset + 4 + COFF_HEADER_BYTES, optionalBytes);
  if (optional === undefined || optional.length < 2) return NOT_PORTABLE;
  const magic = optional.readUInt16LE(0);
  if (magic !== PE32 && magic !== PE32_PLUS) return NOT_PORTABLE;
  const countAt = magic === PE32_PLUS ? 108 : 92;
  const directoryAt = countAt + 4 + CERTIFICATE_TABLE * 8;
  const unsigned: SignatureFacts = { isPortableExecutable: true, certificateTableBytes: 0 };
  if (optional.length < directoryAt + 8 || optional.readUInt32LE(countAt) <= CERTIFICATE_TABLE) return unsigned;
  // Unlike the other directories, this one holds a file offset, not an address.
  const offset = optional.readUInt32LE(directoryAt);
  const length = optional.readUInt32LE(directoryAt + 4);
  return offset === 0 || length === 0 || offset + length > sizeBytes
    ? unsigned
    : { isPortableExecutable: true, certificateTableBytes: length };
}
