/** A section of an image as its header describes it. */
export interface Section {
  readonly name: string;
  readonly virtualAddress: number;
  readonly virtualSize: number;
  /** Where its bytes are in the file. */
  readonly offset: number;
  readonly sizeBytes: number;
  readonly flags: number;
}

/** A library that the image needs, and what of it. */
export interface ImportedLibrary {
  /** As it is written in the image. */
  readonly name: string;
  /** Names of functions; `#12` for one that is asked for by number. */
  readonly functions: readonly string[];
  /** Loaded only when one of them is called for the first time. */
  readonly delayed: boolean;
}

/** Everything of a 64-bit Windows executable that its headers and directories tell. */
export interface PeImage {
  readonly machine: number;
  /** Of the file header: `Characteristics`. */
  readonly flags: number;
  readonly subsystem: number;
  /** `DllCharacteristics`: what the loader is told about the image. */
  readonly loaderFlags: number;
  readonly checksum: number;
  readonly sizeOfImage: number;
  readonly sections: readonly Section[];
  readonly imports: readonly ImportedLibrary[];
  /** The certificate table: a place in the file, unlike all other directories. */
  readonly certificates: { readonly offset: number; readonly sizeBytes: number };
  readonly hasRelocations: boolean;
  /** `GuardFlags` of the load configuration; 0 where there is none. */
  readonly guardFlags: number;
  /** Path of the debug information as the linker wrote it. */
  readonly debugPath: string | undefined;
  /** Where the last section ends: what comes after is no part of the image. */
  readonly endOfSections: number;
}

const PE_POINTER = 0x3c;
const PE32_PLUS = 0x20b;
const MOST_SECTIONS = 96;
const MOST_LIBRARIES = 1024;
const MOST_FUNCTIONS = 20_000;
const MOST_NAME = 512;
/** `IMAGE_DEBUG_TYPE_CODEVIEW` */
const CODEVIEW = 2;

const directories = { imports: 1, certificates: 4, relocations: 5, debug: 6, loadConfiguration: 10, delayedImports: 13 } as const;

/**
 * Reads the headers of a 64-bit PE file (Microsoft Portable Executable and Common Object File Format Specification). Bounded: whatever the numbers in
 * the file say, it reads inside the file and ends. Throws `RangeError` with the reason when the file is none.
 */
export function readPeImage(file: Uint8Array): PeImage {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const need = (offset: number, sizeBytes: number, what: string): number => {
    if (offset < 0 || offset + sizeBytes > file.byteLength) throw new RangeError(`${what} lies outside the file`);
    return offset;
  };
  if (view.byteLength < PE_POINTER + 4 || view.getUint16(0, true) !== 0x5a4d) throw new RangeError('the file does not begin with MZ');
  const header = need(view.getUint32(PE_POINTER, true), 24, 'the PE header');
  if (view.getUint32(header, true) !== 0x4550) throw new RangeError('there is no PE header');
  const optional = need(header + 24, 112, 'the optional header');
  const optionalBytes = view.getUint16(header + 20, true);
  if (view.getUint16(optional, true) !== PE32_PLUS) throw new RangeError('it is not a 64-bit image (PE32+)');
  const directoryCount = Math.min(view.getUint32(optional + 108, true), 16, Math.floor((optionalBytes - 112) / 8));
  const directory = (index: number): { readonly address: number; readonly sizeBytes: number } => {
    if (index >= directoryCount) return { address: 0, sizeBytes: 0 };
    const at = need(optional + 112 + index * 8, 8, 'the list of directories');
    return { address: view.getUint32(at, true), sizeBytes: view.getUint32(at + 4, true) };
  };

  const sectionCount = view.getUint16(header + 6, true);
  if (sectionCount > MOST_SECTIONS) throw new RangeError(`it names ${sectionCount} sections`);
  const sections: Section[] = [];
  for (let index = 0; index < sectionCount; index += 1) {
    const at = need(optional + optionalBytes + index * 40, 40, 'the list of sections');
    const section = {
      name: asciiAt(file, at, 8),
      virtualSize: view.getUint32(at + 8, true),
      virtualAddress: view.getUint32(at + 12, true),
      sizeBytes: view.getUint32(at + 16, true),
      offset: view.getUint32(at + 20, true),
      flags: view.getUint32(at + 36, true),
    };
    if (section.sizeBytes > 0) need(section.offset, section.sizeBytes, `the section ${section.name}`);
    sections.push(section);
  }
  /** Where an address of the loaded image is in the file. */
  const offsetOf = (address: number, sizeBytes: number, what: string): number => {
    const section = sections.find(
      (candidate) => address >= candidate.virtualAddress && address < candidate.virtualAddress + candidate.sizeBytes,
    );
    if (section === undefined) throw new RangeError(`${what} is in no section`);
    return need(section.offset + address - section.virtualAddress, sizeBytes, what);
  };
  const nameAt = (address: number, what: string): string => asciiAt(file, offsetOf(address, 1, what), MOST_NAME);
  const reader: ImportReader = { view, offsetOf, nameAt, left: MOST_FUNCTIONS };

  const imports = directory(directories.imports);
  const delayed = directory(directories.delayedImports);
  const load = directory(directories.loadConfiguration);
  const certificates = directory(directories.certificates);
  return {
    machine: view.getUint16(header + 4, true),
    flags: view.getUint16(header + 22, true),
    subsystem: view.getUint16(optional + 68, true),
    loaderFlags: view.getUint16(optional + 70, true),
    checksum: view.getUint32(optional + 64, true),
    sizeOfImage: view.getUint32(optional + 56, true),
    sections,
    imports: [
      ...(imports.address === 0 ? [] : librariesAt(reader, imports.address, ordinary)),
      ...(delayed.address === 0 ? [] : librariesAt(reader, delayed.address, late)),
    ],
    certificates: { offset: certificates.address, sizeBytes: certificates.sizeBytes },
    hasRelocations: directory(directories.relocations).sizeBytes > 0,
    // GuardFlags stands at 144 of the 64-bit load configuration; older linkers write a shorter one.
    guardFlags:
      load.address === 0 || load.sizeBytes < 148 ? 0 : view.getUint32(offsetOf(load.address, 148, 'the load configuration') + 144, true),
    debugPath: debugPathOf(file, view, directory(directories.debug), offsetOf),
    endOfSections: Math.max(0, ...sections.filter(({ sizeBytes }) => sizeBytes > 0).map(({ offset, sizeBytes }) => offset + sizeBytes)),
  };
}

interface ImportReader {
  readonly view: DataView;
  readonly offsetOf: (address: number, sizeBytes: number, what: string) => number;
  readonly nameAt: (address: number, what: string) => string;
  /** Functions that may still be read. */
  left: number;
}

/** How the two kinds of import tables are laid out: size of an entry, and where in it the library's name and the list of functions are. */
interface Layout {
  readonly entryBytes: number;
  readonly name: number;
  /** The second is taken where the first is zero. */
  readonly functions: readonly number[];
  readonly delayed: boolean;
}
const ordinary: Layout = { entryBytes: 20, name: 12, functions: [0, 16], delayed: false };
const late: Layout = { entryBytes: 32, name: 4, functions: [16], delayed: true };

function librariesAt(reader: ImportReader, address: number, layout: Layout): readonly ImportedLibrary[] {
  const { view, offsetOf, nameAt } = reader;
  const libraries: ImportedLibrary[] = [];
  for (let index = 0; index < MOST_LIBRARIES; index += 1) {
    const at = offsetOf(address + index * layout.entryBytes, layout.entryBytes, 'the import table');
    const name = view.getUint32(at + layout.name, true);
    if (name === 0) return libraries;
    const list = layout.functions.map((offset) => view.getUint32(at + offset, true)).find((value) => value !== 0) ?? 0;
    libraries.push({
      name: nameAt(name, 'the name of a library'),
      functions: list === 0 ? [] : functionsAt(reader, list),
      delayed: layout.delayed,
    });
  }
  throw new RangeError(`it needs more than ${MOST_LIBRARIES} libraries`);
}

const BY_NUMBER = 1n << 63n;

function functionsAt(reader: ImportReader, address: number): readonly string[] {
  const functions: string[] = [];
  for (let index = 0; ; index += 1) {
    const value = reader.view.getBigUint64(reader.offsetOf(address + index * 8, 8, 'a list of functions'), true);
    if (value === 0n) return functions;
    if (reader.left-- <= 0) throw new RangeError(`it needs more than ${MOST_FUNCTIONS} functions`);
    // Two bytes of a hint come before the name.
    functions.push(value & BY_NUMBER ? `#${value & 0xffffn}` : reader.nameAt(Number(value & 0x7fff_ffffn) + 2, 'the name of a function'));
  }
}

function debugPathOf(
  file: Uint8Array,
  view: DataView,
  directory: { readonly address: number; readonly sizeBytes: number },
  offsetOf: ImportReader['offsetOf'],
): string | undefined {
  if (directory.address === 0) return undefined;
  for (let at = 0; at + 28 <= Math.min(directory.sizeBytes, 28 * 16); at += 28) {
    const entry = offsetOf(directory.address + at, 28, 'the debug directory');
    const offset = view.getUint32(entry + 24, true);
    // RSDS, 16 bytes of an id, 4 bytes of an age, and the path.
    if (view.getUint32(entry + 12, true) === CODEVIEW && offset + 24 <= file.byteLength && asciiAt(file, offset, 4) === 'RSDS')
      return asciiAt(file, offset + 24, MOST_NAME);
  }
  return undefined;
}

/** Text up to a zero byte, at most so long. */
function asciiAt(file: Uint8Array, offset: number, most: number): string {
  const bytes = file.subarray(offset, Math.min(offset + most, file.byteLength));
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('latin1');
}
