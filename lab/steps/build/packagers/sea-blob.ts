/** What Node's single executable format holds, as far as the lab writes it. */
export interface SeaBlob {
  readonly codePath: string;
  readonly code: Uint8Array;
  readonly assets: ReadonlyMap<string, Uint8Array>;
}

const MAGIC = 0x0143_da20;
const USE_SNAPSHOT = 2;
const USE_CODE_CACHE = 4;
const INCLUDE_ASSETS = 8;

/**
 * Reads the blob that Node 26 makes (src/node_sea.cc): magic and flags as 32-bit numbers, one byte each for the format of the main script and the way
 * options may be added, then texts with a 64-bit length before each. Throws `RangeError` when it is anything else, or has a snapshot or a code cache.
 */
export function readSeaBlob(blob: Uint8Array): SeaBlob {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new RangeError('the blob does not start as Node’s blobs do');
  const flags = view.getUint32(4, true);
  if ((flags & (USE_SNAPSHOT | USE_CODE_CACHE)) !== 0) throw new RangeError(`the blob has a snapshot or a code cache (flags ${flags})`);
  let offset = 10;
  const number = (): number => {
    const value = view.getBigUint64(offset, true);
    offset += 8;
    if (value > BigInt(blob.byteLength)) throw new RangeError(`the blob names a length of ${value}`);
    return Number(value);
  };
  const bytes = (): Uint8Array => {
    const length = number();
    const start = offset;
    offset += length;
    if (offset > blob.byteLength) throw new RangeError('the blob ends in the middle of a part');
    return blob.subarray(start, offset);
  };
  const text = (): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes());
  const codePath = text();
  const code = bytes();
  const assets = new Map<string, Uint8Array>();
  if ((flags & INCLUDE_ASSETS) !== 0) {
    for (let left = number(); left > 0; left -= 1) assets.set(text(), bytes());
  }
  if (offset !== blob.byteLength) throw new RangeError(`the blob has ${blob.byteLength - offset} bytes more than it accounts for`);
  return { codePath, code, assets };
}
