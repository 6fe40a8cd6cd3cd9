/** A piece of a message: text is XML as it stands, bytes are written as base64. Megabytes never pass through a string builder. */
export type XmlPart = string | Uint8Array;

const base64Bytes = (sizeBytes: number): number => Math.ceil(sizeBytes / 3) * 4;

/** How many bytes the parts take on the wire. */
export const sizeOfParts = (parts: readonly XmlPart[]): number =>
  parts.reduce((sum, part) => sum + (typeof part === 'string' ? Buffer.byteLength(part) : base64Bytes(part.byteLength)), 0);

/** Writes the parts into `target` and returns where they end. `target` must have room for {@link sizeOfParts}. */
export function writeParts(parts: readonly XmlPart[], target: Buffer, at = 0): number {
  let end = at;
  for (const part of parts) {
    if (typeof part === 'string') end += target.write(part, end);
    else end += target.write(Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('base64'), end, 'latin1');
  }
  return end;
}

/** The parts as one buffer. */
export function joinParts(parts: readonly XmlPart[]): Buffer {
  const joined = Buffer.allocUnsafe(sizeOfParts(parts));
  writeParts(parts, joined);
  return joined;
}
