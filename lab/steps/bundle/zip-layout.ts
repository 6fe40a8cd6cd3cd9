import type { Entry, LocalFileHeader } from 'yauzl';
import { shown } from './manifest.ts';

/** Reads so many bytes at an offset of the archive; fewer at its end. */
export type ReadAt = (offset: number, lengthBytes: number) => Promise<Buffer>;

/** An entry as the central directory has it, and as the header in front of its bytes has it. */
export interface PlacedEntry {
  readonly entry: Entry;
  readonly local: LocalFileHeader;
}

/** What a zip of so many bytes says of itself. */
export interface ZipLayout {
  readonly entries: readonly PlacedEntry[];
  /** Offsets of the first byte of the central directory and of the one after it. */
  readonly directoryStart: number;
  readonly directoryEnd: number;
  readonly sizeBytes: number;
}

/** General purpose flag 3 (APPNOTE 6.3.10, section 4.4.4): check sum and sizes come after the bytes. */
const HAS_DESCRIPTOR = 1 << 3;
const DESCRIPTOR_SIGNATURE = 0x0807_4b50;
const MOST_DESCRIPTOR_BYTES = 24;

/** Signatures and sizes of what ends a zip, with and without the records for large ones (sections 4.3.14 to 4.3.16). */
const END: readonly (readonly [signature: number, sizeBytes: number])[] = [[0x0605_4b50, 22]];
const LARGE_END: typeof END = [[0x0606_4b50, 56], [0x0706_4b50, 20], ...END];
const MOST_END_BYTES = 98;

/**
 * Whether entries, central directory and end lie end to end from the first byte to the last, and headers in front of entries say what the central
 * directory says. Whoever unpacks a zip from its beginning (as streams are) goes by those headers, and would find there what no directory lists.
 * Returns what is wrong, with offsets; nothing when all is well.
 */
export async function zipLayoutProblems(layout: ZipLayout, readAt: ReadAt): Promise<readonly string[]> {
  const problems: string[] = [];
  const placed = layout.entries.toSorted((a, b) => a.entry.relativeOffsetOfLocalHeader - b.entry.relativeOffsetOfLocalHeader);
  const meet = (end: number, start: number, what: string): void => {
    if (start > end) problems.push(`the bytes from offset ${end} to ${start} belong to no entry`);
    if (start < end) problems.push(`${what} at offset ${start} begins before offset ${end}, where the one in front of it ends`);
  };
  let end = 0;
  for (const one of placed) {
    const { entry, local } = one;
    meet(end, entry.relativeOffsetOfLocalHeader, shown(entry.fileName));
    if (headersDiffer(one))
      problems.push(`${shown(entry.fileName)}: the header at offset ${entry.relativeOffsetOfLocalHeader} is not what the directory says`);
    end = local.fileDataStart + entry.compressedSize;
    if (!hasDescriptor(one)) continue;
    const descriptorBytes = descriptorSize(one, await readAt(end, MOST_DESCRIPTOR_BYTES));
    if (descriptorBytes === undefined) problems.push(`${shown(entry.fileName)}: nothing at offset ${end} says how long it was`);
    end += descriptorBytes ?? 0;
  }
  meet(end, layout.directoryStart, 'the central directory');
  const rest = await readAt(layout.directoryEnd, MOST_END_BYTES + 1);
  if (![END, LARGE_END].some((records) => isMadeOf(rest, records)))
    problems.push(`from offset ${layout.directoryEnd} to ${layout.sizeBytes} there is more than the end of a zip`);
  return problems;
}

const hasDescriptor = ({ local }: PlacedEntry): boolean => (local.generalPurposeBitFlag & HAS_DESCRIPTOR) !== 0;

function headersDiffer(one: PlacedEntry): boolean {
  const { entry, local } = one;
  if (!local.fileName.equals(entry.fileNameRaw) || local.compressionMethod !== entry.compressionMethod) return true;
  if (local.generalPurposeBitFlag !== entry.generalPurposeBitFlag) return true;
  // With a descriptor these are zero; a size that has its place in an extra field does not come up below 4 GiB.
  return !hasDescriptor(one) && (local.crc32 !== entry.crc32 || local.compressedSize !== entry.compressedSize);
}

/** How long the descriptor is that bytes begin with: with and without signature, sizes of 4 or 8 bytes (section 4.3.9). */
function descriptorSize({ entry }: PlacedEntry, bytes: Buffer): number | undefined {
  const { crc32, compressedSize, uncompressedSize } = entry;
  const number = (value: number, sizeBytes: number): Buffer => {
    const to = Buffer.alloc(sizeBytes);
    if (sizeBytes === 8) to.writeBigUInt64LE(BigInt(value));
    else to.writeUInt32LE(value % 2 ** 32);
    return to;
  };
  for (const signature of [[number(DESCRIPTOR_SIGNATURE, 4)], []])
    for (const width of [4, 8]) {
      const wanted = Buffer.concat([...signature, number(crc32, 4), number(compressedSize, width), number(uncompressedSize, width)]);
      if (bytes.subarray(0, wanted.length).equals(wanted)) return wanted.length;
    }
  return undefined;
}

function isMadeOf(bytes: Buffer, records: typeof END): boolean {
  let offset = 0;
  for (const [signature, sizeBytes] of records) {
    if (bytes.length < offset + sizeBytes || bytes.readUInt32LE(offset) !== signature) return false;
    offset += sizeBytes;
  }
  return offset === bytes.length;
}
