import { gunzipSync } from 'node:zlib';
import { type Difference, differentBytes, differentValues } from './difference.ts';

/** RFC 1952, section 2.3: fields of the header, by offset and size. */
const GZIP_FIELDS = [
  ['compression method', 2, 1],
  ['flags', 3, 1],
  ['time', 4, 4],
  ['extra flags', 8, 1],
  ['operating system', 9, 1],
] as const;
/** POSIX.1-2017, pax, "ustar Interchange Format": fields of a header, by offset and size. The check sum follows from the others. */
const TAR_FIELDS = [
  ['mode', 100, 8],
  ['owner', 108, 8],
  ['group', 116, 8],
  ['size', 124, 12],
  ['time', 136, 12],
  ['kind', 156, 1],
  ['link', 157, 100],
  ['format', 257, 8],
  ['owner name', 265, 32],
  ['group name', 297, 32],
  ['device', 329, 16],
] as const;
const BLOCK_BYTES = 512;
const MOST_BYTES = 1 << 30;

interface TarEntry {
  readonly name: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly data: Uint8Array;
}

/**
 * Compares two `.tar.gz` files: which entries they have and in what order, then data and fields entry by entry, then the way they were compressed. One
 * that is damaged is compared as bytes.
 */
export function compareTarballs(first: Uint8Array, second: Uint8Array): readonly Difference[] {
  if (Buffer.compare(first, second) === 0) return [];
  const found: Difference[] = [];
  try {
    const [a, b] = [unpack(first), unpack(second)];
    found.push(...tars(a, b));
    for (const [field, offset, sizeBytes] of GZIP_FIELDS)
      found.push(
        ...differentValues(
          `gzip header, ${field}`,
          Buffer.from(first).readUIntLE(offset, sizeBytes),
          Buffer.from(second).readUIntLE(offset, sizeBytes),
        ),
      );
  } catch {
    // Told below.
  }
  return found.length > 0 ? found : differentBytes('gzip data', first, second);
}

const unpack = (file: Uint8Array): Buffer => gunzipSync(file, { maxOutputLength: MOST_BYTES });

function tars(first: Buffer, second: Buffer): readonly Difference[] {
  const [a, b] = [tarEntries(first), tarEntries(second)];
  const found: Difference[] = [];
  for (const name of new Set([...a, ...b].map((entry) => entry.name))) {
    const [x, y] = [a, b].map((entries) => entries.find((entry) => entry.name === name));
    if (x === undefined || y === undefined) {
      found.push({ where: `tar entry ${name}`, first: x ? 'there' : 'nothing', second: y ? 'there' : 'nothing' });
      continue;
    }
    const data = differentBytes(`tar entry ${name}, content`, x.data, y.data);
    found.push(...data);
    for (const [field, value] of x.fields)
      if (!(field === 'size' && data.length > 0)) found.push(...differentValues(`tar entry ${name}, ${field}`, value, y.fields.get(field)));
  }
  const order = (entries: readonly TarEntry[]): string => entries.map(({ name }) => name).join(' ');
  found.push(...differentValues('order of tar entries', order(a), order(b)));
  return found.length > 0 ? found : differentBytes('tar padding', first, second);
}

function tarEntries(tar: Buffer): readonly TarEntry[] {
  const entries: TarEntry[] = [];
  const text = (at: number, sizeBytes: number): string => tar.toString('latin1', at, at + sizeBytes).split('\0')[0] ?? '';
  for (let at = 0; at + BLOCK_BYTES <= tar.byteLength && tar[at] !== 0;) {
    const [prefix, short] = [text(at + 345, 155), text(at, 100)];
    const sizeBytes = Number.parseInt(text(at + 124, 12).trim() || '0', 8);
    if (!Number.isSafeInteger(sizeBytes) || at + BLOCK_BYTES + sizeBytes > tar.byteLength)
      throw new RangeError(`the entry at ${at} ends behind the file`);
    entries.push({
      name: prefix === '' ? short : `${prefix}/${short}`,
      fields: new Map(TAR_FIELDS.map(([field, offset, width]) => [field, text(at + offset, width).trim()])),
      data: tar.subarray(at + BLOCK_BYTES, at + BLOCK_BYTES + sizeBytes),
    });
    at += BLOCK_BYTES + Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return entries;
}
