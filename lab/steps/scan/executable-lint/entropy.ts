/** Shannon entropy of bytes, in bits a byte: 8 for what is encrypted or packed, about 6 for machine code, 0 for one byte repeated or for nothing. */
export function entropyOf(bytes: Uint8Array): number {
  const counts = new Float64Array(256);
  for (let index = 0; index < bytes.length; index += 1) counts[bytes[index] as number] = (counts[bytes[index] as number] as number) + 1;
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / bytes.length) * Math.log2(count / bytes.length);
  return bits;
}
