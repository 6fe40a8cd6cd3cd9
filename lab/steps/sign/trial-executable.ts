import { writeChecksum } from '../build/pe-checksum.ts';

const PE_HEADER = 0x80;
const OPTIONAL_HEADER_BYTES = 240;
const SIZE_BYTES = 1024;

/** The smallest Windows program that tools sign: headers without a section. It cannot be started, so a signature over it is worth nothing to a thief. */
export function trialExecutable(): Buffer {
  const file = Buffer.alloc(SIZE_BYTES);
  file.write('MZ', 'latin1');
  file.writeUInt32LE(PE_HEADER, 0x3c);
  file.write('PE\0\0', PE_HEADER, 'latin1');
  file.writeUInt16LE(0x8664, PE_HEADER + 4);
  file.writeUInt16LE(OPTIONAL_HEADER_BYTES, PE_HEADER + 20);
  file.writeUInt16LE(0x22, PE_HEADER + 22);
  const optional = PE_HEADER + 24;
  file.writeUInt16LE(0x20b, optional);
  file.writeUInt32LE(0x1000, optional + 32);
  file.writeUInt32LE(0x200, optional + 36);
  file.writeUInt32LE(0x1000, optional + 56);
  file.writeUInt32LE(SIZE_BYTES, optional + 60);
  file.writeUInt16LE(3, optional + 68);
  file.writeUInt32LE(16, optional + 108);
  writeChecksum(file);
  return file;
}
