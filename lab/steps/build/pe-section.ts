/** A section of a PE file, as its header has it. */
export interface PeSection {
  readonly name: string;
  /** In the file; a section that has no bytes there starts nowhere. */
  readonly start: number;
  readonly sizeBytes: number;
}

const PE_POINTER = 0x3c;
const SIGNATURE = 0x4550;
const SECTION_BYTES = 40;

/** The sections of a PE file, in the order of their headers. Throws `RangeError` for a file that is none or ends too early. */
export function peSections(file: Uint8Array): readonly PeSection[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const header = bytes.readUInt32LE(PE_POINTER);
  if (bytes.readUInt32LE(header) !== SIGNATURE) throw new RangeError('the file is no PE file');
  const first = header + 24 + bytes.readUInt16LE(header + 20);
  return Array.from({ length: bytes.readUInt16LE(header + 6) }, (_, index) => {
    const at = first + index * SECTION_BYTES;
    const name = bytes.toString('latin1', at, at + 8).split('\0')[0] ?? '';
    const section = { name, sizeBytes: bytes.readUInt32LE(at + 16), start: bytes.readUInt32LE(at + 20) };
    if (section.start + section.sizeBytes > bytes.byteLength) throw new RangeError(`the section ${name} ends behind the file`);
    return section;
  });
}

/** The bytes of a section by its name; `undefined` when there is none. */
export function peSection(file: Uint8Array, name: string): Buffer | undefined {
  const section = peSections(file).find((one) => one.name === name);
  return section && Buffer.from(file.buffer, file.byteOffset + section.start, section.sizeBytes);
}
