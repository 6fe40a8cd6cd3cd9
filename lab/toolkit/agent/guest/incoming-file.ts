import { createHash } from 'node:crypto';
import { closeSync, fstatSync, mkdirSync, openSync, readSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import { digestFile } from './digest-file.ts';
import { toNative, toNativeBelowDrive } from './guest-path.ts';
import { Refusal, errnoOf } from './refusal.ts';
import { digestKeptOf } from './running-digest.ts';
import { CHUNK_BYTES } from './standard-streams.ts';

type Given = Readonly<Record<string, unknown>>;

/** Largest part, unpacked. */
const MOST_PART_BYTES = 32 << 20;
/** A range is sent packed only when that spares at least this much. */
const WORTH_PACKING = 0.95;
/** Packed by itself first: packing a whole range that does not shrink costs ten times as much as sending it. */
const SAMPLE_BYTES = 64 << 10;

/** A file on its way in: where it goes, and what it must turn out to be. It grows under another name, `temporary`. */
interface Incoming {
  readonly target: string;
  readonly temporary: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

const MARK = '.lab-part';

function incomingOf({ to, sizeBytes, sha256 }: Given): Incoming {
  const target = toNativeBelowDrive(to);
  // e3b0c442…b855
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) throw new Refusal('bad-request', 'sha256 must be a digest');
  return { target, temporary: `${target}.${sha256.slice(0, 16)}${MARK}`, sizeBytes: wholeNumber(sizeBytes, 'sizeBytes'), sha256 };
}

/** Where a file grows, for what fills it in another way. */
export const temporaryOf = (given: Given): Pick<Incoming, 'temporary' | 'sizeBytes'> => incomingOf(given);

function wholeNumber(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw new Refusal('bad-request', `${name} must be a whole number`);
  return Number(value);
}

/**
 * `look`: whether the file is there already; if not, the digests of the parts of it that an earlier attempt left, in order, `null` where a part is
 * missing. What earlier attempts at other content left beside it is removed.
 */
export function look(given: Given): { readonly there: boolean; readonly parts: readonly (string | null)[] } {
  const file = incomingOf(given);
  const partBytes = wholeNumber(given['partBytes'], 'partBytes');
  if (isThere(file)) {
    rmSync(file.temporary, { force: true });
    return { there: true, parts: [] };
  }
  removeOthers(file);
  return { there: false, parts: partBytes === 0 ? [] : partDigests(file, partBytes) };
}

function isThere({ target, sizeBytes, sha256 }: Incoming): boolean {
  const found = sizeOf(target) === sizeBytes ? digestFile(target) : undefined;
  return found?.sizeBytes === sizeBytes && found.sha256 === sha256;
}

function sizeOf(native: string): number | undefined {
  try {
    const file = openSync(native, 'r');
    try {
      return fstatSync(file).size;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

function removeOthers({ target, temporary }: Incoming): void {
  const prefix = `${path.basename(target)}.`;
  let names: string[];
  try {
    names = readdirSync(path.dirname(target));
  } catch {
    return;
  }
  for (const name of names) {
    // movie.mkv.0123456789abcdef.lab-part
    const isLeftOver = name.startsWith(prefix) && /^[0-9a-f]{16}\.lab-part$/.test(name.slice(prefix.length));
    if (isLeftOver && name !== path.basename(temporary)) rmSync(path.join(path.dirname(target), name), { force: true });
  }
}

function partDigests({ temporary, sizeBytes }: Pick<Incoming, 'temporary' | 'sizeBytes'>, partBytes: number): readonly (string | null)[] {
  let file: number;
  try {
    file = openSync(temporary, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw error;
  }
  try {
    const digests: (string | null)[] = [];
    for (let offset = 0; offset < sizeBytes; offset += partBytes) {
      const length = Math.min(partBytes, sizeBytes - offset);
      const bytes = readAt(file, offset, length);
      digests.push(bytes.length === length ? sha256Of(bytes) : null);
    }
    return digests;
  } finally {
    closeSync(file);
  }
}

/** `part`: takes a part to its place. It is compared with its checksum before a byte is written. */
export function takePart(given: Given, payload: Buffer): Record<string, never> {
  const file = incomingOf(given);
  const offset = wholeNumber(given['offset'], 'offset');
  const bytes = unpacked(given, payload);
  if (offset + bytes.length > file.sizeBytes) throw new Refusal('bad-request', 'a part behind the end');
  mkdirSync(path.dirname(file.temporary), { recursive: true });
  const handle = openForParts(file.temporary);
  try {
    writeAt(handle, bytes, offset);
  } finally {
    closeSync(handle);
  }
  return {};
}

/** Several copiers write to one file: none may cut off what another has written. */
export function openForParts(native: string): number {
  try {
    return openSync(native, 'r+');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  try {
    return openSync(native, 'wx+');
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    return openSync(native, 'r+');
  }
}

function unpacked(given: Given, payload: Buffer): Buffer {
  const length = wholeNumber(given['partSizeBytes'], 'partSizeBytes');
  if (length > MOST_PART_BYTES) throw new Refusal('too-large', `a part of ${length} bytes`);
  let bytes: Buffer;
  try {
    bytes = given['encoding'] === 'gzip' ? gunzipSync(payload, { maxOutputLength: Math.max(length, 1) }) : payload;
  } catch (error) {
    throw new Refusal('damaged', `a part cannot be unpacked: ${String(error)}`);
  }
  if (bytes.length !== length || crc32(bytes) !== given['partCrc32'])
    throw new Refusal('damaged', `a part of ${bytes.length} bytes is not what was promised`);
  return bytes;
}

/** `small`: a whole file in one message. `there` when it was there already and nothing was written. */
export function placeSmall(
  given: Given,
  payload: Buffer,
): { readonly there: boolean; readonly sizeBytes: number; readonly sha256: string } {
  const file = incomingOf(given);
  const { sizeBytes, sha256 } = file;
  if (isThere(file)) return { there: true, sizeBytes, sha256 };
  const bytes = unpacked(given, payload);
  const actual = sha256Of(bytes);
  if (bytes.length !== sizeBytes || actual !== sha256) return { there: false, sizeBytes: bytes.length, sha256: actual };
  mkdirSync(path.dirname(file.temporary), { recursive: true });
  try {
    const handle = openSync(file.temporary, 'w');
    try {
      writeAt(handle, bytes, 0);
    } finally {
      closeSync(handle);
    }
    // What the disk took is what counts.
    const written = digestFile(file.temporary);
    if (written === undefined || written.sha256 !== sha256)
      return { there: false, sizeBytes: written?.sizeBytes ?? 0, sha256: written?.sha256 ?? '' };
    renameSync(file.temporary, file.target);
  } finally {
    rmSync(file.temporary, { force: true });
  }
  removeOthers(file);
  return { there: false, sizeBytes, sha256 };
}

/** `finish`: compares the whole with what was promised and gives it its name; what is not as promised is removed and its digest told. */
export function finish(given: Given): { readonly sizeBytes: number; readonly sha256: string } {
  const file = incomingOf(given);
  const { sizeBytes, sha256 } = file;
  if (sizeBytes === 0) {
    mkdirSync(path.dirname(file.temporary), { recursive: true });
    closeSync(openSync(file.temporary, 'a'));
  }
  const found = digestKeptOf(file.temporary) ?? digestFile(file.temporary);
  if (found === undefined) {
    // Another copy of the same may have been quicker.
    if (isThere(file)) return { sizeBytes, sha256 };
    throw new Refusal('not-found', 'nothing of it has arrived');
  }
  if (found.sizeBytes !== sizeBytes || found.sha256 !== sha256) {
    rmSync(file.temporary, { force: true });
    return found;
  }
  // Not flushed to the disk first, which costs more than reading the file: who asks for it after a power cut compares its digest again.
  renameSync(file.temporary, file.target);
  return found;
}

/** `discard`: removes what has arrived so far. */
export function discard(given: Given): Record<string, never> {
  rmSync(incomingOf(given).temporary, { force: true });
  return {};
}

/** `remove`: removes a file; harmless when there is none. */
export function removeFile(given: Given): Record<string, never> {
  rmSync(toNativeBelowDrive(given['path']), { force: true });
  return {};
}

/** `parts`: the digests of a file's parts, for a copy out that goes on with what it has. */
export function partsOf(given: Given): { readonly parts: readonly (string | null)[] } {
  const partBytes = wholeNumber(given['partBytes'], 'partBytes');
  if (partBytes === 0) throw new Refusal('bad-request', 'partBytes must be above 0');
  return { parts: partDigests({ temporary: toNative(given['path']), sizeBytes: wholeNumber(given['sizeBytes'], 'sizeBytes') }, partBytes) };
}

/** `read`: a range of a file, packed when that pays. `payload` has the bytes, `sha256` is of what they unpack to. */
export function readRange(given: Given): {
  readonly payload: Buffer;
  readonly encoding: string;
  readonly sizeBytes: number;
  readonly sha256: string;
} {
  const native = toNative(given['path']);
  const offset = wholeNumber(given['offset'], 'offset');
  const length = wholeNumber(given['length'], 'length');
  if (length > MOST_PART_BYTES) throw new Refusal('too-large', `a range of ${length} bytes`);
  const file = openSync(native, 'r');
  try {
    const bytes = readAt(file, offset, length);
    const packed = given['pack'] === true && shrinks(bytes.subarray(0, SAMPLE_BYTES)) ? gzipSync(bytes, { level: 1 }) : bytes;
    const pays = packed.length < bytes.length * WORTH_PACKING;
    return { payload: pays ? packed : bytes, encoding: pays ? 'gzip' : 'identity', sizeBytes: bytes.length, sha256: sha256Of(bytes) };
  } finally {
    closeSync(file);
  }
}

const shrinks = (sample: Uint8Array): boolean => gzipSync(sample, { level: 1 }).length < sample.length * WORTH_PACKING;

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function readAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(file, bytes, filled, Math.min(length - filled, CHUNK_BYTES), offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function writeAt(file: number, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, offset + done);
}
