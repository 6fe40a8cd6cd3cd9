import { once } from 'node:events';
import { ZipFile } from 'yazl';

/** A file as it goes into a zip: `path` ends in `/` for a directory. */
export interface ZipContent {
  readonly path: string;
  readonly content?: string | Buffer;
  /** Unix type and permissions; 0o120777 is a symbolic link. */
  readonly mode?: number;
}

/** Times are part of a zip; the same content must give the same bytes. */
const MTIME = new Date('2026-01-01T00:00:00Z');

/** Makes a zip in memory, byte for byte the same each time. */
export async function zipOf(contents: readonly ZipContent[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { path, content = '', mode } of contents) {
    if (path.endsWith('/')) zip.addEmptyDirectory(path, { mtime: MTIME });
    else zip.addBuffer(Buffer.from(content), path, { mtime: MTIME, ...(mode === undefined ? {} : { mode }) });
  }
  const pieces: Buffer[] = [];
  zip.outputStream.on('data', (piece: Buffer) => pieces.push(piece));
  zip.end();
  await once(zip.outputStream, 'end');
  return Buffer.concat(pieces);
}

/** Writes another name of the same length over an entry's, in both headers: what no honest tool would write. */
export function renamed(zip: Buffer, from: string, to: string): Buffer {
  const copy = Buffer.from(zip);
  const [was, is] = [Buffer.from(from), Buffer.from(to)];
  if (was.length !== is.length) throw new TypeError(`${from} and ${to} differ in length`);
  let found = 0;
  for (let at = copy.indexOf(was); at >= 0; at = copy.indexOf(was, at + is.length)) {
    is.copy(copy, at);
    found += 1;
  }
  if (found === 0) throw new TypeError(`${from} is not in the zip`);
  return copy;
}

const CENTRAL_HEADER = Buffer.from('PK\u0001\u0002');

/** Overwrites 32 bits at `offset` of the first entry's central directory header. 16 is the CRC-32, 24 the unpacked size, 38 the attributes. */
export function patched(zip: Buffer, offset: number, value: number): Buffer {
  const copy = Buffer.from(zip);
  copy.writeUInt32LE(value, copy.indexOf(CENTRAL_HEADER) + offset);
  return copy;
}

/** Zips that would do harm, by what is wrong with them. All of them hold a file that must not be found anywhere afterwards. */
export async function hostileZips(): Promise<ReadonlyMap<string, Buffer>> {
  const plain = (path: string): Promise<Buffer> =>
    zipOf([
      { path: 'good.txt', content: 'good' },
      { path, content: 'evil' },
    ]);
  const named = async (stand: string, name: string): Promise<Buffer> => renamed(await plain(stand), stand, name);
  const two = (first: string, second: string): Promise<Buffer> =>
    zipOf([
      { path: first, content: '1' },
      { path: second, content: '2' },
    ]);
  return new Map([
    ['climbs', await named('aa/evil.txt', '../evil.txt')],
    ['climbs in the middle', await named('aa/bb/cc/evil.txt', 'aa/../../evil.txt')],
    ['climbs with backslashes', await named('aa_evil.txt', '..\\evil.txt')],
    ['is absolute', await named('a/evil.txt', '//evil.txt')],
    ['names a drive', await named('aa_evil.txt', 'C:/evil.txt')],
    ['names a stream', await named('evil.txt_stream', 'evil.txt:stream')],
    ['names a device', await plain('sub/NUL.txt')],
    ['ends in a dot', await plain('evil.txt.')],
    ['has an empty part', await named('aa/b/evil.txt', 'aa///evil.txt')],
    ['is a symbolic link', await zipOf([{ path: 'evil.txt', content: '../..', mode: 0o120777 }])],
    ['is a junction', patched(await zipOf([{ path: 'evil.txt', content: '../..' }]), 38, 0x400)],
    ['comes twice', renamed(await two('evil.txt', 'evil.tx_'), 'evil.tx_', 'evil.txt')],
    ['comes twice but for case', await two('evil.txt', 'EVIL.txt')],
    ['is a file and a directory', await two('evil.txt', 'evil.txt/inner')],
    ['is a bomb', await zipOf([{ path: 'evil.txt', content: Buffer.alloc(80 << 20) }])],
    ['is larger than it says', patched(await zipOf([{ path: 'evil.txt', content: Buffer.alloc(1 << 20) }]), 24, 10)],
    ['has a wrong checksum', patched(await zipOf([{ path: 'evil.txt', content: 'evil' }]), 16, 12345)],
    ['is cut short', (await plain('evil.txt')).subarray(0, -30)],
    ['is no zip', Buffer.from('evil.txt is no zip at all')],
  ]);
}
