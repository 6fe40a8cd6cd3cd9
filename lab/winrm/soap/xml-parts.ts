/** A piece of a message: text is XML as it stands, bytes are written as base64. Megabytes never pass through a string builder. */
export type XmlPart = string | Uint8Array;

/**
 * Bytes turned into base64 at a time; divisible by 3. Strings above 128 KiB count as old to V8 from the beginning, and a push of megabytes in such
 * strings spends a fifth of its time in full garbage collections.
 */
const SLICE_BYTES = 48_000;

const base64Bytes = (sizeBytes: number): number => Math.ceil(sizeBytes / 3) * 4;

/** How many bytes the parts take on the wire. */
export const sizeOfParts = (parts: readonly XmlPart[]): number =>
  parts.reduce((sum, part) => sum + (typeof part === 'string' ? Buffer.byteLength(part) : base64Bytes(part.byteLength)), 0);

/** Writes the parts into `target` and returns where they end. `target` must have room for {@link sizeOfParts}. */
export function writeParts(parts: readonly XmlPart[], target: Buffer, at = 0): number {
  let end = at;
  for (const part of parts) {
    if (typeof part === 'string') end += target.write(part, end);
    else end = writeBase64(Buffer.from(part.buffer, part.byteOffset, part.byteLength), target, end);
  }
  return end;
}

function writeBase64(bytes: Buffer, target: Buffer, at: number): number {
  let end = at;
  for (let from = 0; from < bytes.length; from += SLICE_BYTES) {
    end += target.write(bytes.toString('base64', from, Math.min(from + SLICE_BYTES, bytes.length)), end, 'latin1');
  }
  return end;
}

/** The parts as one buffer, of `room`. */
export function joinParts(
  parts: readonly XmlPart[],
  room: (sizeBytes: number) => Buffer = (sizeBytes) => Buffer.allocUnsafe(sizeBytes),
): Buffer {
  const joined = room(sizeOfParts(parts));
  writeParts(parts, joined);
  return joined;
}
