/** Raw bytes of one line: 4096 characters, half of what findstr takes. */
const LINE_BYTES = 3072;

/** Bytes as lines of base64 that end as Windows ends them. `onArrived` hears of the bytes of each piece once it was asked for the next. */
export async function* base64Lines(bytes: AsyncIterable<Uint8Array>, onArrived: (count: number) => void): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0);
  const linesOf = (whole: Buffer): Uint8Array => {
    const lines: string[] = [];
    for (let at = 0; at < whole.length; at += LINE_BYTES) lines.push(`${whole.subarray(at, at + LINE_BYTES).toString('base64')}\r\n`);
    return Buffer.from(lines.join(''), 'latin1');
  };
  for await (const piece of bytes) {
    const all = Buffer.concat([rest, piece]);
    const whole = all.length - (all.length % LINE_BYTES);
    rest = all.subarray(whole);
    if (whole > 0) yield linesOf(all.subarray(0, whole));
    onArrived(piece.length);
  }
  if (rest.length > 0) yield linesOf(rest);
}

/** The bytes in lines of base64, with or without the lines certutil puts around them. */
export function fromBase64Lines(text: Uint8Array): Buffer {
  const lines = Buffer.from(text).toString('latin1').split(/\r?\n/);
  // -----BEGIN CERTIFICATE-----
  return Buffer.from(lines.filter((line) => !line.startsWith('-')).join(''), 'base64');
}
