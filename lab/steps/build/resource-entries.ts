import * as PE from 'pe-library';
import { peSections } from './pe-section.ts';

type Entries = PE.NtExecutableResource['entries'];

const PE_POINTER = 0x3c;
/** Offset of `NumberOfSections` from the start of the PE header. */
const SECTION_COUNT = 6;

/** Bun puts the program there. */
const BEHIND = '.bun';

/**
 * The resources of an executable, also of one that Bun made. The library that reads them refuses a file with sections behind them that it could not
 * move; for reading, such a file is looked at without its last one.
 */
export function resourceEntries(file: Uint8Array): Entries {
  const sections = peSections(file);
  const bytes = sections.at(-1)?.name === BEHIND ? withSections(file, sections.length - 1) : file;
  return PE.NtExecutableResource.from(PE.NtExecutable.from(bytes, { ignoreCert: true })).entries;
}

function withSections(file: Uint8Array, count: number): Uint8Array {
  const copy = Buffer.from(file);
  copy.writeUInt16LE(count, copy.readUInt32LE(PE_POINTER) + SECTION_COUNT);
  return copy;
}
