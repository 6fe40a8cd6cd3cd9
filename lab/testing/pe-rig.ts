import * as PE from 'pe-library';
import * as ResEdit from 'resedit';
import { applicationManifest, fourParts } from '../steps/build/application-manifest.ts';
import { writeChecksum } from '../steps/build/pe-checksum.ts';

/** What a made-up executable is to be like; what is not said is as it should be. */
export interface PeParts {
  readonly machine?: number;
  readonly flags?: number;
  readonly subsystem?: number;
  readonly loaderFlags?: number;
  readonly guardFlags?: number;
  readonly relocations?: boolean;
  readonly textFlags?: number;
  readonly text?: Uint8Array;
  readonly imports?: Readonly<Record<string, readonly string[]>>;
  readonly debugPath?: string;
  readonly version?: string;
  readonly texts?: Readonly<Record<string, string>>;
  /** Empty: none. */
  readonly manifests?: readonly string[];
  readonly iconSizes?: readonly number[];
}

const SECTION_ALIGNMENT = 0x1000;
const FILE_ALIGNMENT = 0x200;
const aligned = (value: number, to: number): number => Math.ceil(value / to) * to;

/** A 64-bit Windows program of a few KiB that a careful linker could have written. It does nothing, but everything about it can be read. For tests. */
export function peFile(parts: PeParts = {}): Uint8Array {
  const text = Buffer.from(parts.text ?? Buffer.alloc(1024, 0xcc));
  // .rdata holds the import table, the load configuration and the debug directory.
  const data = new DataSection(SECTION_ALIGNMENT + aligned(text.length, SECTION_ALIGNMENT));
  const importTable = data.imports(parts.imports ?? { 'KERNEL32.dll': ['ExitProcess', '#7'] });
  const load = data.add(withNumber(Buffer.alloc(0x140), 144, parts.guardFlags ?? 0x100));
  const debug = data.debug(parts.debugPath ?? 'node.pdb');
  const relocations = data.add(Buffer.from([0, 0x10, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0]));
  const sections = [
    { name: '.text', address: SECTION_ALIGNMENT, flags: parts.textFlags ?? 0x6000_0020, content: text },
    { name: '.rdata', address: data.address, flags: 0x4000_0040, content: data.content() },
  ];

  const headers = Buffer.alloc(aligned(0x80 + 24 + 240 + sections.length * 40, FILE_ALIGNMENT) * 2);
  headers.write('MZ', 'latin1');
  headers.writeUInt32LE(0x80, 0x3c);
  headers.write('PE\0\0', 0x80, 'latin1');
  headers.writeUInt16LE(parts.machine ?? 0x8664, 0x84);
  headers.writeUInt16LE(sections.length, 0x86);
  headers.writeUInt16LE(240, 0x94);
  headers.writeUInt16LE(parts.flags ?? 0x22, 0x96);
  const optional = 0x98;
  headers.writeUInt16LE(0x20b, optional);
  headers.writeUInt32LE(SECTION_ALIGNMENT, optional + 32);
  headers.writeUInt32LE(FILE_ALIGNMENT, optional + 36);
  headers.writeUInt32LE(headers.length, optional + 60);
  headers.writeUInt16LE(parts.subsystem ?? 3, optional + 68);
  headers.writeUInt16LE(parts.loaderFlags ?? 0x4160, optional + 70);
  headers.writeUInt32LE(16, optional + 108);
  const directory = (index: number, { address, sizeBytes }: Place): void => {
    headers.writeUInt32LE(address, optional + 112 + index * 8);
    headers.writeUInt32LE(sizeBytes, optional + 116 + index * 8);
  };
  directory(1, importTable);
  if (parts.relocations !== false) directory(5, relocations);
  directory(6, debug);
  directory(10, load);
  let offset = headers.length;
  const bodies = sections.map(({ name, address, flags, content }, index) => {
    const at = optional + 240 + index * 40;
    const body = Buffer.alloc(aligned(content.length, FILE_ALIGNMENT));
    content.copy(body);
    headers.write(name, at, 'latin1');
    headers.writeUInt32LE(content.length, at + 8);
    headers.writeUInt32LE(address, at + 12);
    headers.writeUInt32LE(body.length, at + 16);
    headers.writeUInt32LE(offset, at + 20);
    headers.writeUInt32LE(flags >>> 0, at + 36);
    if (name === '.rdata') data.placeDebug(body, offset);
    offset += body.length;
    return body;
  });
  headers.writeUInt32LE(data.address + aligned(data.content().length, SECTION_ALIGNMENT), optional + 56);
  const file = withResources(Buffer.concat([headers, ...bodies]), parts);
  writeChecksum(file);
  return file;
}

interface Place {
  readonly address: number;
  readonly sizeBytes: number;
}

/** Collects data and gives each piece an address in the loaded image. */
class DataSection {
  readonly address: number;
  readonly #pieces: Buffer[] = [];
  #sizeBytes = 0;
  #debugAt = 0;
  #debugInfoAt = 0;

  constructor(address: number) {
    this.address = address;
  }

  add(piece: Buffer): Place {
    const padded = Buffer.alloc(aligned(piece.length, 8));
    piece.copy(padded);
    this.#pieces.push(padded);
    this.#sizeBytes += padded.length;
    return { address: this.address + this.#sizeBytes - padded.length, sizeBytes: piece.length };
  }

  content(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  imports(libraries: Readonly<Record<string, readonly string[]>>): Place {
    const entries = Object.entries(libraries).map(([library, names]) => {
      const thunks = Buffer.alloc((names.length + 1) * 8);
      for (const [index, name] of names.entries()) {
        const value = name.startsWith('#')
          ? (1n << 63n) | BigInt(name.slice(1))
          : BigInt(this.add(Buffer.concat([Buffer.alloc(2), Buffer.from(`${name}\0`, 'latin1')])).address);
        thunks.writeBigUInt64LE(value, index * 8);
      }
      const entry = Buffer.alloc(20);
      entry.writeUInt32LE(this.add(thunks).address, 0);
      entry.writeUInt32LE(this.add(Buffer.from(`${library}\0`, 'latin1')).address, 12);
      return entry;
    });
    return this.add(Buffer.concat([...entries, Buffer.alloc(20)]));
  }

  debug(path: string): Place {
    const info = Buffer.concat([Buffer.from('RSDS', 'latin1'), Buffer.alloc(20), Buffer.from(`${path}\0`, 'latin1')]);
    this.#debugInfoAt = this.add(info).address - this.address;
    const entry = Buffer.alloc(28);
    entry.writeUInt32LE(2, 12);
    entry.writeUInt32LE(info.length, 16);
    const place = this.add(entry);
    this.#debugAt = place.address - this.address;
    return place;
  }

  /** The debug directory names a place in the file, which is known last. */
  placeDebug(body: Buffer, offset: number): void {
    body.writeUInt32LE(offset + this.#debugInfoAt, this.#debugAt + 24);
  }
}

function withNumber(buffer: Buffer, offset: number, value: number): Buffer {
  buffer.writeUInt32LE(value, offset);
  return buffer;
}

function withResources(file: Buffer, parts: PeParts): Uint8Array {
  const { version = '1.2.3', iconSizes = [16, 32, 48, 256] } = parts;
  const executable = PE.NtExecutable.from(file);
  const resources = PE.NtExecutableResource.from(executable);
  const info = ResEdit.Resource.VersionInfo.createEmpty();
  const numbers = fourParts(version);
  info.setFileVersion(...numbers, 1033);
  info.setProductVersion(...numbers, 1033);
  info.setStringValues(
    { lang: 1033, codepage: 1200 },
    {
      CompanyName: 'Nobody',
      FileDescription: 'Small',
      FileVersion: version,
      LegalCopyright: 'None',
      OriginalFilename: 'small.exe',
      ProductName: 'Small',
      ProductVersion: version,
      ...parts.texts,
    },
  );
  info.lang = 1033;
  info.outputToResourceEntries(resources.entries);
  for (const [index, manifest] of (parts.manifests ?? [applicationManifest('small', version)]).entries())
    resources.entries.push({ type: 24, id: index + 1, lang: 1033, codepage: 0, bin: new TextEncoder().encode(manifest).buffer });
  if (iconSizes.length > 0) ResEdit.Resource.IconGroupEntry.replaceIconsForResource(resources.entries, 1, 1033, iconSizes.map(iconOf));
  resources.outputResource(executable);
  return new Uint8Array(executable.generate());
}

/** A bitmap of that many pixels a side, as icons hold it: its height counts twice. */
function iconOf(side: number): ResEdit.Data.IconItem | ResEdit.Data.RawIconItem {
  const image = Buffer.alloc(40 + side * side * 4 + (aligned(side, 32) / 8) * side);
  image.writeUInt32LE(40, 0);
  image.writeInt32LE(side, 4);
  image.writeInt32LE(side * 2, 8);
  image.writeUInt16LE(1, 12);
  image.writeUInt16LE(32, 14);
  return ResEdit.Data.RawIconItem.from(image, side, side, 32);
}
