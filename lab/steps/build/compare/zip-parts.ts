/** An entry of a zip file, as far as its two headers tell. */
export interface ZipEntry {
  readonly name: string;
  /** Fields of both headers by name, in the order of the file. */
  readonly fields: ReadonlyMap<string, number | string>;
  readonly method: number;
  readonly sizeBytes: number;
  /** As it is stored. */
  readonly data: Uint8Array;
}

export interface ZipParts {
  readonly entries: readonly ZipEntry[];
  readonly comment: string;
}

const END = 0x0605_4b50;
const CENTRAL = 0x0201_4b50;
const LOCAL = 0x0403_4b50;
const END_BYTES = 22;
const MOST_COMMENT_BYTES = 0xffff;
/** Stands where a zip64 file has larger numbers elsewhere; the lab writes none. */
const ELSEWHERE = 0xffff_ffff;

/** APPNOTE 4.3.12: fields of a header in the central directory, by offset and size. */
const CENTRAL_FIELDS = [
  ['version made by', 4, 2],
  ['version needed', 6, 2],
  ['flags', 8, 2],
  ['compression method', 10, 2],
  ['time', 12, 2],
  ['date', 14, 2],
  ['CRC-32', 16, 4],
  ['compressed size', 20, 4],
  ['size', 24, 4],
  ['internal attributes', 36, 2],
  ['external attributes', 38, 4],
  ['place', 42, 4],
] as const;
/** APPNOTE 4.3.7 */
const LOCAL_FIELDS = [
  ['local version needed', 4, 2],
  ['local flags', 6, 2],
  ['local compression method', 8, 2],
  ['local time', 10, 2],
  ['local date', 12, 2],
  ['local CRC-32', 14, 4],
  ['local compressed size', 18, 4],
  ['local size', 22, 4],
] as const;

/** Takes a zip file apart (APPNOTE 4.3). Throws `RangeError` for one that is damaged or uses zip64. */
export function zipParts(file: Uint8Array): ZipParts {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const end = endOf(bytes);
  const entries: ZipEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  if (at === ELSEWHERE) throw new RangeError('the zip file uses zip64');
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (bytes.readUInt32LE(at) !== CENTRAL) throw new RangeError(`there is no entry at ${at}`);
    const [nameBytes, extraBytes, commentBytes] = [bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32)];
    const fields = new Map<string, number | string>();
    for (const [field, offset, sizeBytes] of CENTRAL_FIELDS) fields.set(field, bytes.readUIntLE(at + offset, sizeBytes));
    const name = bytes.toString('utf8', at + 46, at + 46 + nameBytes);
    fields.set('extra', bytes.toString('hex', at + 46 + nameBytes, at + 46 + nameBytes + extraBytes));
    fields.set('comment', bytes.toString('hex', at + 46 + nameBytes + extraBytes, at + 46 + nameBytes + extraBytes + commentBytes));
    const place = bytes.readUInt32LE(at + 42);
    if (bytes.readUInt32LE(place) !== LOCAL) throw new RangeError(`the entry ${name} does not stand at ${place}`);
    for (const [field, offset, sizeBytes] of LOCAL_FIELDS) fields.set(field, bytes.readUIntLE(place + offset, sizeBytes));
    const start = place + 30 + bytes.readUInt16LE(place + 26) + bytes.readUInt16LE(place + 28);
    fields.set('local extra', bytes.toString('hex', place + 30 + bytes.readUInt16LE(place + 26), start));
    const storedBytes = bytes.readUInt32LE(at + 20);
    if (start + storedBytes > bytes.byteLength) throw new RangeError(`the entry ${name} ends behind the file`);
    entries.push({
      name,
      fields,
      method: bytes.readUInt16LE(at + 10),
      sizeBytes: bytes.readUInt32LE(at + 24),
      data: bytes.subarray(start, start + storedBytes),
    });
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  return { entries, comment: bytes.toString('hex', end + END_BYTES) };
}

function endOf(bytes: Buffer): number {
  for (let at = bytes.byteLength - END_BYTES; at >= Math.max(0, bytes.byteLength - END_BYTES - MOST_COMMENT_BYTES); at -= 1)
    if (bytes.readUInt32LE(at) === END && at + END_BYTES + bytes.readUInt16LE(at + 20) === bytes.byteLength) return at;
  throw new RangeError('the zip file has no end record');
}
