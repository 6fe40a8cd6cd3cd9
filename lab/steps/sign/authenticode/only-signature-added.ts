import { alignedSize, readPeLayout } from './pe-layout.ts';

/**
 * What else than a signature is different between an executable and its signed copy: the checksum, the entry of the certificate table and the table itself
 * may be, and between the executable and the table there may be zeros up to a multiple of 8. Empty when nothing is. Throws a `RangeError` when one is no PE
 * file, or the first is signed.
 */
export function changesBesidesSignature(before: Buffer, after: Buffer): readonly string[] {
  const from = readPeLayout(before);
  const to = readPeLayout(after);
  if (from.table.sizeBytes > 0) throw new RangeError('it was signed before');
  if (to.table.sizeBytes === 0) return ['there is no signature'];
  if (from.checksum !== to.checksum || from.directoryEntry !== to.directoryEntry) return ['the headers are laid out differently'];
  const problems: string[] = [];
  if (to.table.offset !== alignedSize(before.length))
    problems.push(`the signature begins at ${to.table.offset} instead of ${alignedSize(before.length)}`);
  const ranges = [
    [0, from.checksum],
    [from.checksum + 4, from.directoryEntry],
    [from.directoryEntry + 8, Math.min(before.length, to.table.offset)],
  ] as const;
  for (const [start, end] of ranges) {
    const at = firstDifference(before.subarray(start, end), after.subarray(start, end));
    if (at !== undefined) problems.push(`the byte at ${start + at} is different`);
  }
  if (after.subarray(before.length, to.table.offset).some((byte) => byte !== 0)) problems.push('something was put before the signature');
  return problems;
}

function firstDifference(a: Buffer, b: Buffer): number | undefined {
  if (a.equals(b)) return undefined;
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? a.length : at;
}
