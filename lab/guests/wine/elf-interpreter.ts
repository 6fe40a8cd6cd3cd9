const PT_INTERP = 3;

/**
 * Makes a 64-bit little-endian ELF program start through another loader: the new path is appended to the file and the program header of type
 * PT_INTERP points there. The kernel reads that path from the file (elf(5), execve(2)), so it may be of any length.
 */
export function withInterpreter(program: Buffer, interpreter: string): Buffer {
  if (program.readUInt32BE(0) !== 0x7f454c46 || program[4] !== 2 || program[5] !== 1)
    throw new Error('not a 64-bit little-endian ELF file');
  const appended = Buffer.from(`${interpreter}\0`);
  const result = Buffer.concat([program, appended]);
  const headersAt = Number(program.readBigUInt64LE(32));
  const headerBytes = program.readUInt16LE(54);
  const headers = program.readUInt16LE(56);
  for (let index = 0; index < headers; index += 1) {
    const at = headersAt + index * headerBytes;
    if (program.readUInt32LE(at) !== PT_INTERP) continue;
    result.writeBigUInt64LE(BigInt(program.length), at + 8);
    result.writeBigUInt64LE(BigInt(appended.length), at + 32);
    return result;
  }
  throw new Error('the ELF file names no interpreter');
}

/** Replaces every occurrence of a text in a binary file by one of the same length; throws when there is none. */
export function withText(file: Buffer, from: string, to: string): Buffer {
  if (from.length !== to.length) throw new Error(`${to} is not as long as ${from}`);
  const result = Buffer.from(file);
  let at = result.indexOf(from);
  if (at < 0) throw new Error(`the file does not hold ${from}`);
  for (; at >= 0; at = result.indexOf(from, at + to.length)) result.write(to, at, 'latin1');
  return result;
}
