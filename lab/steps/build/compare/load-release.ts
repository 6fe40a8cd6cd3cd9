import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import type { Call } from '../../../core/call.ts';
import { LabError } from '../../../core/error.ts';
import type { LocalPath } from '../../../core/ids.ts';
import { filesBelow } from '../../../host/files.ts';
import { readPlainFile } from '../../../host/plain-file.ts';
import { whatIsAt } from '../../../host/what-is-at.ts';
import type { ReleaseBytes } from './compare-releases.ts';
import { zipParts } from './zip-parts.ts';

const MOST_BYTES = 512 << 20;
const MOST_FILES = 10_000;
const STORED = 0;
const DEFLATED = 8;

/**
 * Reads a release: a zip, a folder with the zip (and the `.tar.gz`) that was made of it, or the folder of a bundle. Throws `reproduce.no-release` when
 * it is none of these, and `file.*`.
 */
export async function loadRelease(place: LocalPath, call: Call): Promise<ReleaseBytes> {
  const none = (reason: string, cause?: unknown): LabError => LabError.of('reproduce.no-release', { path: place, reason }, { cause });
  const what = await whatIsAt(place);
  if (what !== 'file' && what !== 'folder') throw none('there is nothing');
  const names = what === 'file' ? [path.basename(place)] : await filesBelow(place);
  const folder = what === 'file' ? path.dirname(place) : place;
  if (names.length > MOST_FILES) throw none(`it has ${names.length} files`);
  const read = async (name: string): Promise<Uint8Array> => {
    call.signal.throwIfAborted();
    return await readPlainFile(path.join(folder, name), MOST_BYTES);
  };
  // anivault-1.2.3-win-x64.zip
  const zips = names.filter((name) => /^[^/]+\.zip$/.test(name));
  if (zips.length > 1) throw none(`it has more than one zip: ${zips.join(', ')}`);
  const [zip] = zips;
  if (zip === undefined) {
    if (!names.includes('manifest.json')) throw none('it is no zip and holds none, and no manifest.json');
    const files = new Map<string, Uint8Array>();
    for (const name of names) files.set(name, await read(name));
    return { files, archives: new Map() };
  }
  const bytes = await read(zip);
  const archives = new Map([[zip, bytes]]);
  const tarball = zip.replace(/zip$/, 'tar.gz');
  if (names.includes(tarball)) archives.set(tarball, await read(tarball));
  try {
    return { files: unzipped(bytes), archives };
  } catch (error) {
    throw none(error instanceof Error ? error.message : String(error), error);
  }
}

function unzipped(zip: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let left = MOST_BYTES;
  for (const { name, method, data, sizeBytes } of zipParts(zip).entries) {
    left -= sizeBytes;
    if (left < 0) throw new RangeError(`its files have more than ${MOST_BYTES} bytes`);
    if (method !== STORED && method !== DEFLATED) throw new RangeError(`${name} is packed in a way that is not known (${method})`);
    // A little more than it says it has: a larger one is an error and not a full memory.
    files.set(name, method === STORED ? data : inflateRawSync(data, { maxOutputLength: sizeBytes + 1 }));
  }
  return files;
}
