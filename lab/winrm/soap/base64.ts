/** Characters decoded at a time. Larger strings are old to V8 from the beginning and cost full garbage collections. */
const SLICE_CHARACTERS = 64_000;
const PADDING = 0x3d;
const FORM_FEED = 0x0c;

/** Gives room of exactly that size, with anything in it. */
export type Room = (sizeBytes: number) => Buffer;

export const freshRoom: Room = (sizeBytes) => Buffer.allocUnsafe(sizeBytes);

/** Most bytes that so many characters of base64 hold. */
const mostBytesOf = (characters: number): number => Math.ceil(characters / 4) * 3;

/**
 * Reads base64 that stands in bytes, folded or not (RFC 4648, section 4), into `room`; what it is not is found out on the way. `undefined` for
 * anything else, and for padding before the end: nothing is guessed.
 */
export function decodeBase64(text: Buffer, room: Room): Buffer | undefined {
  const padding = text.indexOf(PADDING);
  // White space to JavaScript, and forbidden in XML.
  if (text.includes(FORM_FEED)) return undefined;
  const target = room(mostBytesOf(text.length));
  let written = 0;
  for (let from = 0; from < text.length;) {
    const to = Math.min(from + SLICE_CHARACTERS, text.length);
    const isLast = to === text.length;
    if (!isLast && padding !== -1 && padding < to) return undefined;
    try {
      const done = target.subarray(written).setFromBase64(text.toString('latin1', from, to), {
        lastChunkHandling: isLast ? 'loose' : 'stop-before-partial',
      });
      // Hardly anything but white space.
      if (done.read === 0) return undefined;
      written += done.written;
      from += done.read;
    } catch {
      return undefined;
    }
  }
  return target.subarray(0, written);
}
