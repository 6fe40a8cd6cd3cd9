import { type Hash, createHash } from 'node:crypto';

/** Where in a PE file the parts are that a signature does not cover. Offsets from the start of the file. */
export interface PeLayout {
  /** Four bytes. */
  readonly checksum: number;
  /** Eight bytes: the entry of the certificate table in the list of directories. */
  readonly directoryEntry: number;
  /** The certificate table; `offset` and `sizeBytes` are 0 where there is none. */
  readonly table: { readonly offset: number; readonly sizeBytes: number };
}

const PE_POINTER = 0x3c;
const OPTIONAL_HEADER = 24;
/** Offset of the list of directories in the optional header. */
const directoriesAt: Readonly<Record<number, number>> = { 0x10b: 96, 0x20b: 112 };
const CERTIFICATES = 4;
/** Certificate tables begin and end at multiples of it. */
export const TABLE_ALIGNMENT = 8;
/** Of a WIN_CERTIFICATE: its length, revision and kind. */
const ENTRY_HEADER = 8;
const REVISION_2 = 0x0200;
const PKCS_SIGNED_DATA = 0x0002;

export const alignedSize = (sizeBytes: number): number => Math.ceil(sizeBytes / TABLE_ALIGNMENT) * TABLE_ALIGNMENT;

/**
 * Finds them (Microsoft Portable Executable and Common Object File Format Specification, "Attribute Certificate Table"). A certificate table has to end
 * the file. Throws a `RangeError` with the reason when the file is no PE file or its table lies elsewhere.
 */
export function readPeLayout(file: Buffer): PeLayout {
  if (file.length < PE_POINTER + 4 || file.readUInt16LE(0) !== 0x5a4d) throw new RangeError('it does not begin with MZ');
  const header = file.readUInt32LE(PE_POINTER);
  const optional = header + OPTIONAL_HEADER;
  if (optional + 2 > file.length || file.readUInt32LE(header) !== 0x4550) throw new RangeError('it has no PE header');
  const list = directoriesAt[file.readUInt16LE(optional)];
  if (list === undefined) throw new RangeError('it is neither PE32 nor PE32+');
  const directoryEntry = optional + list + CERTIFICATES * 8;
  if (directoryEntry + 8 > file.length || file.readUInt32LE(optional + list - 4) <= CERTIFICATES)
    throw new RangeError('its list of directories has no place for signatures');
  const [offset, sizeBytes] = [file.readUInt32LE(directoryEntry), file.readUInt32LE(directoryEntry + 4)];
  if (offset !== 0 || sizeBytes !== 0) {
    if (offset % TABLE_ALIGNMENT !== 0 || sizeBytes < ENTRY_HEADER || offset < directoryEntry + 8 || offset + sizeBytes !== file.length)
      throw new RangeError('its certificate table is not at its end');
  }
  return { checksum: optional + 64, directoryEntry, table: { offset, sizeBytes } };
}

/** The one PKCS #7 signature in the certificate table, or `undefined` where there is no table. Throws a `RangeError` when the table holds anything else. */
export function signatureIn(file: Buffer, { table }: PeLayout): Buffer | undefined {
  if (table.sizeBytes === 0) return undefined;
  const length = file.readUInt32LE(table.offset);
  if (length < ENTRY_HEADER || alignedSize(length) !== table.sizeBytes)
    throw new RangeError('its certificate table holds more than one signature');
  if (file.readUInt16LE(table.offset + 4) !== REVISION_2 || file.readUInt16LE(table.offset + 6) !== PKCS_SIGNED_DATA)
    throw new RangeError('its certificate table holds something else than a PKCS #7 signature');
  return file.subarray(table.offset + ENTRY_HEADER, table.offset + length);
}

/** The certificate table that holds a signature. */
export function tableOf(signature: Uint8Array): Buffer {
  const table = Buffer.alloc(alignedSize(ENTRY_HEADER + signature.length));
  // As signtool writes it, the length counts the padding.
  table.writeUInt32LE(table.length, 0);
  table.writeUInt16LE(REVISION_2, 4);
  table.writeUInt16LE(PKCS_SIGNED_DATA, 6);
  table.set(signature, ENTRY_HEADER);
  return table;
}

/**
 * Authenticode digest in hexadecimal: everything but the checksum, the entry of the certificate table and the table itself (Windows Authenticode Portable
 * Executable Signature Format, "Calculating the PE Image Hash"). A file that is not signed yet counts as filled up with zeros to a multiple of 8, which is
 * where its table will begin.
 */
export function authenticodeDigest(file: Buffer, { checksum, directoryEntry, table }: PeLayout, algorithm: string): string {
  const end = table.sizeBytes === 0 ? file.length : table.offset;
  const hash: Hash = createHash(algorithm);
  hash.update(file.subarray(0, checksum));
  hash.update(file.subarray(checksum + 4, directoryEntry));
  hash.update(file.subarray(directoryEntry + 8, end));
  hash.update(Buffer.alloc(alignedSize(end) - end));
  return hash.digest('hex');
}
