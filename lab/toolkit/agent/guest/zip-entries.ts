import type { Entry, ZipFile } from 'yauzl';
import { Refusal } from './refusal.ts';

/** Bounds on what an archive may grow to: a zip of a few KiB can promise terabytes. */
export const zipBounds = {
  entries: 50_000,
  bytes: 4 * 2 ** 30,
  /** Unpacked bytes for each byte of the archive; text reaches 20, zeros 1030. */
  growth: 200,
  /** Below this growth is no danger. */
  freeBytes: 64 << 20,
} as const;

/** An entry that is safe to write. */
export interface SafeEntry {
  readonly entry: Entry;
  readonly kind: 'file' | 'directory';
  /** Whether its bytes are deflated; stored as they are otherwise. */
  readonly isDeflated: boolean;
  /** Path below the target, in parts. */
  readonly parts: readonly string[];
}

const UNIX_MODE_SHIFT = 16;
const UNIX_TYPE = 0o170000;
const UNIX_FILE = 0o100000;
const UNIX_DIRECTORY = 0o040000;
/** `FILE_ATTRIBUTE_REPARSE_POINT` in the DOS half of the attributes. */
const DOS_REPARSE_POINT = 0x400;
const STORED = 0;
const DEFLATED = 8;

// CON, nul.txt, COM1
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
// a tab, a<b, a:b
const UNSTORABLE = /[\u0000-\u001f<>:"|?*\\]/;

/** Reads all entries and refuses the whole archive if one of them must not be written. Nothing has been written when it throws. */
export async function safeEntries(zip: ZipFile, archiveBytes: number, growth: number): Promise<readonly SafeEntry[]> {
  if (zip.entryCount > zipBounds.entries)
    throw new Refusal('archive-unsafe', `${zip.entryCount} entries are more than ${zipBounds.entries}`);
  const found: SafeEntry[] = [];
  const kinds = new Map<string, 'file' | 'directory'>();
  let packed = 0;
  let unpacked = 0;
  for await (const entry of zip.eachEntry()) {
    packed += entry.compressedSize;
    unpacked += entry.uncompressedSize;
    if (found.length >= zipBounds.entries) throw new Refusal('archive-unsafe', `more than ${zipBounds.entries} entries`);
    // Entries that share bytes are how a bomb gets past a bound on each of them.
    if (packed > archiveBytes) throw new Refusal('archive-unsafe', 'entries overlap');
    if (unpacked > Math.min(zipBounds.bytes, Math.max(zipBounds.freeBytes, archiveBytes * growth))) {
      throw new Refusal('archive-unsafe', `it would grow from ${archiveBytes} to more than ${unpacked - 1} bytes`);
    }
    const safe = { entry, ...placeOf(entry) };
    claim(kinds, safe.parts, safe.kind, entry.fileName);
    found.push(safe);
  }
  return found;
}

function placeOf(entry: Entry): Omit<SafeEntry, 'entry'> {
  const name = entry.fileName;
  const refuse = (why: string): never => {
    throw new Refusal('archive-unsafe', `entry ${JSON.stringify(name.slice(0, 200))} ${why}`);
  };
  const kind = name.endsWith('/') ? 'directory' : 'file';
  const parts = (kind === 'directory' ? name.slice(0, -1) : name).split('/');
  for (const part of parts) {
    if (part === '' || part === '.' || part === '..') refuse('leads out of its folder');
    if (UNSTORABLE.test(part)) refuse('has a character that Windows cannot store');
    if (/[. ]$/.test(part)) refuse('ends in a dot or a blank, which Windows drops');
    if (DEVICE.test(part)) refuse('is the name of a device');
  }
  const type = (entry.externalFileAttributes >>> UNIX_MODE_SHIFT) & UNIX_TYPE;
  if (type !== 0 && type !== UNIX_FILE && type !== UNIX_DIRECTORY) refuse('is a link or a device');
  if ((entry.externalFileAttributes & DOS_REPARSE_POINT) !== 0) refuse('is a link');
  if (kind === 'file' && type === UNIX_DIRECTORY) refuse('is a directory with the name of a file');
  if (kind === 'directory' && entry.uncompressedSize > 0) refuse('is a directory with content');
  if (entry.isEncrypted()) refuse('is encrypted');
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED)
    refuse(`is packed with the unknown method ${entry.compressionMethod}`);
  return { kind, isDeflated: entry.compressionMethod === DEFLATED, parts };
}

/** Refuses two entries of one name (Windows ignores case) and a file where another entry needs a directory. */
function claim(kinds: Map<string, 'file' | 'directory'>, parts: readonly string[], kind: 'file' | 'directory', name: string): void {
  let key = '';
  for (const [index, part] of parts.entries()) {
    key += `/${part.normalize('NFC').toLowerCase()}`;
    const wanted = index === parts.length - 1 ? kind : 'directory';
    const known = kinds.get(key);
    if (known !== undefined && (known === 'file' || wanted === 'file'))
      throw new Refusal('archive-unsafe', `entry ${JSON.stringify(name.slice(0, 200))} is there twice`);
    kinds.set(key, wanted);
  }
}
