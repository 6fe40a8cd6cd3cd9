import { peSection } from '../pe-section.ts';

/** A file that Bun put into an executable. */
export interface BunFile {
  /** As the program can open it: `B:/~BUN/root/program.cjs`. */
  readonly name: string;
  readonly content: Uint8Array;
  /** Bytes that were compiled or derived from it: byte code and source maps. */
  readonly derivedBytes: number;
}

/** What Bun's own format holds, as far as the lab writes it. */
export interface BunGraph {
  /** The file that is started. */
  readonly entry: BunFile;
  /** All others, in the order they stand in. */
  readonly files: readonly BunFile[];
  /** Options that the executable gives to its own runtime. */
  readonly options: string;
}

const SECTION = '.bun';
const TRAILER = Buffer.from('\n---- Bun! ----\n', 'latin1');
/** 64-bit length; place and length of the list of files; index of the entry; place and length of options; flags. */
const OFFSETS_BYTES = 32;
/** Places and lengths of name, content, source map, byte code, module information and the byte code's origin; four bytes of kinds. */
const FILE_BYTES = 52;
const PARTS_OF_FILE = 6;

/**
 * Reads what Bun 1.4 appends as the section `.bun`: a 64-bit length, then the contents, the list of files, a block of offsets and a trailer. Throws
 * `RangeError` when it is anything else.
 */
export function readBunGraph(executable: Uint8Array): BunGraph {
  const section = peSection(executable, SECTION);
  if (section === undefined) throw new RangeError(`there is no section ${SECTION}`);
  if (section.byteLength < 8) throw new RangeError(`the section ${SECTION} has ${section.byteLength} bytes`);
  const lengthBytes = Number(section.readBigUInt64LE(0));
  if (lengthBytes > section.byteLength - 8) throw new RangeError(`the section ${SECTION} names a length of ${lengthBytes}`);
  const graph = section.subarray(8, 8 + lengthBytes);
  const offsetsAt = graph.byteLength - TRAILER.length - OFFSETS_BYTES;
  if (offsetsAt < 0 || !graph.subarray(-TRAILER.length).equals(TRAILER)) throw new RangeError('what Bun appends does not end as it does');
  if (Number(graph.readBigUInt64LE(offsetsAt)) !== offsetsAt) throw new RangeError('what Bun appends names another length');
  const at = (offset: number): Buffer => {
    const [start, length] = [graph.readUInt32LE(offset), graph.readUInt32LE(offset + 4)];
    if (start + length > offsetsAt) throw new RangeError(`a part from ${start} to ${start + length} lies outside of ${offsetsAt} bytes`);
    return graph.subarray(start, start + length);
  };
  const list = at(offsetsAt + 8);
  if (list.byteLength % FILE_BYTES !== 0 || list.byteLength === 0) throw new RangeError(`the list of files has ${list.byteLength} bytes`);
  const listAt = graph.readUInt32LE(offsetsAt + 8);
  const files = Array.from({ length: list.byteLength / FILE_BYTES }, (_, index): BunFile => {
    const [name, content, ...derived] = Array.from({ length: PARTS_OF_FILE }, (__, part) => at(listAt + index * FILE_BYTES + part * 8));
    return {
      name: String(name),
      content: content ?? Buffer.alloc(0),
      derivedBytes: derived.reduce((sum, { byteLength }) => sum + byteLength, 0),
    };
  });
  const entry = files[graph.readUInt32LE(offsetsAt + 16)];
  if (entry === undefined) throw new RangeError('the entry is none of the files');
  return { entry, files: files.filter((file) => file !== entry), options: at(offsetsAt + 20).toString('utf8') };
}
