/** Offset of the pointer to the PE header. */
const PE_POINTER = 0x3c;
/** Offset of `CheckSum` from the start of the PE header; the same in 32- and 64-bit headers. */
const CHECKSUM = 4 + 20 + 64;

const checksumOffset = (view: DataView): number => view.getUint32(PE_POINTER, true) + CHECKSUM;

/** The checksum that stands in the file. */
export const storedChecksum = (file: Uint8Array): number => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  return view.getUint32(checksumOffset(view), true);
};

/**
 * The checksum that ought to stand in a PE file: the ones' complement sum of its 16-bit words, with the checksum itself counted as zero, plus the file's
 * length. (As `CheckSumMappedFile` of imagehlp computes it.)
 */
export function peChecksum(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const offset = checksumOffset(view);
  let sum = 0;
  // Words are read in the machine's own order, which is little-endian wherever this runs; an odd start needs a copy.
  const even = file.byteOffset % 2 === 0 ? file : new Uint8Array(file);
  const words = new Uint16Array(even.buffer, even.byteOffset, file.byteLength >> 1);
  // Sums of fewer than 2^37 words fit a double exactly, so folding can wait until the end.
  for (let index = 0; index < words.length; index += 1) sum += words[index] as number;
  if (file.byteLength % 2 === 1) sum += file[file.byteLength - 1] as number;
  // The field may stand on an odd word boundary only in theory: headers are aligned to 4.
  sum -= view.getUint16(offset, true) + view.getUint16(offset + 2, true);
  while (sum > 0xffff) sum = (sum % 0x1_0000) + Math.floor(sum / 0x1_0000);
  return (sum + file.byteLength) % 0x1_0000_0000;
}

/** Writes the right checksum into a PE file, in place. A file too short to have one stays as it is. */
export function writeChecksum(file: Uint8Array): void {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.byteLength < PE_POINTER + 4 || file.byteLength < checksumOffset(view) + 4) return;
  view.setUint32(checksumOffset(view), peChecksum(file), true);
}
