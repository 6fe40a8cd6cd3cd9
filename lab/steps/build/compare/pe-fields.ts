type Field = readonly [name: string, offset: number, sizeBytes: 1 | 2 | 4 | 8];

/** PE format, "COFF File Header": offsets from the PE signature. */
const COFF: readonly Field[] = [
  ['Signature', 0, 4],
  ['Machine', 4, 2],
  ['NumberOfSections', 6, 2],
  ['TimeDateStamp', 8, 4],
  ['PointerToSymbolTable', 12, 4],
  ['NumberOfSymbols', 16, 4],
  ['SizeOfOptionalHeader', 20, 2],
  ['Characteristics', 22, 2],
];
/** PE format, "Optional Header" of PE32+: offsets from its start. */
const OPTIONAL: readonly Field[] = [
  ['Magic', 0, 2],
  ['MajorLinkerVersion', 2, 1],
  ['MinorLinkerVersion', 3, 1],
  ['SizeOfCode', 4, 4],
  ['SizeOfInitializedData', 8, 4],
  ['SizeOfUninitializedData', 12, 4],
  ['AddressOfEntryPoint', 16, 4],
  ['BaseOfCode', 20, 4],
  ['ImageBase', 24, 8],
  ['SectionAlignment', 32, 4],
  ['FileAlignment', 36, 4],
  ['MajorOperatingSystemVersion', 40, 2],
  ['MinorOperatingSystemVersion', 42, 2],
  ['MajorImageVersion', 44, 2],
  ['MinorImageVersion', 46, 2],
  ['MajorSubsystemVersion', 48, 2],
  ['MinorSubsystemVersion', 50, 2],
  ['Win32VersionValue', 52, 4],
  ['SizeOfImage', 56, 4],
  ['SizeOfHeaders', 60, 4],
  ['CheckSum', 64, 4],
  ['Subsystem', 68, 2],
  ['DllCharacteristics', 70, 2],
  ['SizeOfStackReserve', 72, 8],
  ['SizeOfStackCommit', 80, 8],
  ['SizeOfHeapReserve', 88, 8],
  ['SizeOfHeapCommit', 96, 8],
  ['LoaderFlags', 104, 4],
  ['NumberOfRvaAndSizes', 108, 4],
];
const DIRECTORIES = [
  'Export',
  'Import',
  'Resource',
  'Exception',
  'Certificate',
  'BaseRelocation',
  'Debug',
  'Architecture',
  'GlobalPointer',
  'ThreadLocalStorage',
  'LoadConfiguration',
  'BoundImport',
  'ImportAddress',
  'DelayImport',
  'ClrRuntime',
  'Reserved',
] as const;
const DIRECTORIES_AT = 112;
/** PE format, "Section Table": offsets from the start of an entry. */
const SECTION: readonly Field[] = [
  ['VirtualSize', 8, 4],
  ['VirtualAddress', 12, 4],
  ['SizeOfRawData', 16, 4],
  ['PointerToRawData', 20, 4],
  ['PointerToRelocations', 24, 4],
  ['PointerToLinenumbers', 28, 4],
  ['NumberOfRelocations', 32, 2],
  ['NumberOfLinenumbers', 34, 2],
  ['Characteristics', 36, 4],
];
const SECTION_BYTES = 40;
const PE_POINTER = 0x3c;

/** Every field of the headers of a 64-bit PE file by its name, in the order of the file. Throws `RangeError` for a file that ends too early. */
export function headerFields(file: Uint8Array): ReadonlyMap<string, number> {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const fields = new Map<string, number>();
  const read = (prefix: string, base: number, list: readonly Field[]): void => {
    for (const [name, offset, sizeBytes] of list)
      fields.set(
        `${prefix}${name}`,
        sizeBytes === 8 ? Number(bytes.readBigUInt64LE(base + offset)) : bytes.readUIntLE(base + offset, sizeBytes),
      );
  };
  const header = bytes.readUInt32LE(PE_POINTER);
  fields.set('e_lfanew', header);
  read('', header, COFF);
  const optional = header + 24;
  read('', optional, OPTIONAL);
  for (const [index, name] of DIRECTORIES.entries())
    read(`${name} directory `, optional + DIRECTORIES_AT + index * 8, [
      ['address', 0, 4],
      ['size', 4, 4],
    ]);
  const sections = optional + bytes.readUInt16LE(header + 20);
  for (let index = 0; index < bytes.readUInt16LE(header + 6); index += 1) {
    const at = sections + index * SECTION_BYTES;
    read(`section ${bytes.toString('latin1', at, at + 8).split('\0')[0]} `, at, SECTION);
  }
  return fields;
}
