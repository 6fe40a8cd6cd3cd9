import { z } from 'zod';

/** A place where two files of one kind differ. */
export const difference = z.strictObject({
  where: z.string().meta({ description: 'PE header field, section, resource, program, native part, archive entry or field' }),
  offset: z.int().min(0).optional().meta({ description: 'First byte that differs, counted from the start of what `where` names' }),
  first: z.string().meta({ description: 'What the first has there: a value, text in quotes, or bytes in hexadecimal' }),
  second: z.string().meta({ description: 'What the second has there' }),
});
export type Difference = z.infer<typeof difference>;

/** Compares two files. An empty list means that they are the same to the byte; what explains the rest comes first. */
export type Compare = (first: Uint8Array, second: Uint8Array) => readonly Difference[];

const NOTHING = 'nothing';
const SHOWN_BYTES = 16;

/** Where two runs of bytes begin to differ: the length of the shorter one when that is all; `undefined` when they are the same. */
export function firstDifference(first: Uint8Array, second: Uint8Array): number | undefined {
  if (Buffer.compare(first, second) === 0) return undefined;
  let [low, high] = [0, Math.min(first.byteLength, second.byteLength)];
  // Halving, with the comparison that the runtime has, is a hundred times as fast as a loop.
  while (low < high) {
    const middle = low + Math.ceil((high - low) / 2);
    if (Buffer.compare(first.subarray(low, middle), second.subarray(low, middle)) === 0) low = middle;
    else if (middle - low === 1) return low;
    else high = middle;
  }
  return low;
}

/** The difference of two runs of bytes that stand for the same thing, if there is one. One that is not there is `undefined`. */
export function differentBytes(where: string, first: Uint8Array | undefined, second: Uint8Array | undefined): readonly Difference[] {
  if (first === undefined || second === undefined)
    return first === second
      ? []
      : [{ where, first: first ? `${first.byteLength} bytes` : NOTHING, second: second ? `${second.byteLength} bytes` : NOTHING }];
  const offset = firstDifference(first, second);
  return offset === undefined ? [] : [{ where, offset, first: shown(first, offset), second: shown(second, offset) }];
}

/** The difference of two values that stand for the same thing, if there is one. */
export const differentValues = (
  where: string,
  first: number | string | undefined,
  second: number | string | undefined,
): readonly Difference[] => (first === second ? [] : [{ where, first: String(first ?? NOTHING), second: String(second ?? NOTHING) }]);

// tab, line ends, and what ASCII prints
const PRINTABLE = /^[\t\n\r -~]+$/;

function shown(bytes: Uint8Array, offset: number): string {
  if (offset >= bytes.byteLength) return 'the end';
  const piece = Buffer.from(bytes.subarray(offset, offset + SHOWN_BYTES));
  const text = piece.toString('latin1');
  return PRINTABLE.test(text) ? JSON.stringify(text) : piece.toString('hex');
}
