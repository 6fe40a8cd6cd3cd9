import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { type Entry, type ZipFile, openPromise } from 'yauzl';
import type { BundleManifest } from '../../core/bundle.ts';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { sha256Of } from '../../host/hash.ts';
import { openPlainFile } from '../../host/plain-file.ts';
import { MANIFEST_NAME, differs, manifestText, shown } from './manifest.ts';
import { type PlacedEntry, zipLayoutProblems } from './zip-layout.ts';

const FILE_TYPE_MASK = 0o170000;
const REGULAR_FILE = 0o100000;

/**
 * Reads an archive back entry by entry and holds it against a manifest: exactly its files and the manifest itself, byte for byte,
 * and no byte in the archive that is of none of them.
 *
 * Sizes are checked before anything is unpacked, so that a bomb is refused and not read. `bundle.differs` lists what is wrong; `file.invalid` is a
 * file that is no zip.
 */
export async function verifyArchive(archive: LocalPath, manifest: BundleManifest, call: Call): Promise<void> {
  const own = Buffer.from(manifestText(manifest));
  const expected = new Map<string, { readonly sizeBytes: number; readonly sha256: string }>(
    manifest.files.map((file) => [file.path, file]),
  );
  expected.set(MANIFEST_NAME, { sizeBytes: own.length, sha256: sha256Of(own) });
  const problems: string[] = [];
  const zip = await openPromise(archive, { autoClose: false, strictFileNames: true, validateEntrySizes: true }).catch((error: unknown) => {
    throw invalid(archive, error);
  });
  try {
    if (zip.entryCount > expected.size) problems.push(`${zip.entryCount} entries instead of ${expected.size}`);
    else {
      const directoryStart = directoryCursor(zip);
      const placed: PlacedEntry[] = [];
      for await (const entry of zip.eachEntry()) {
        call.signal.throwIfAborted();
        const wanted = expected.get(entry.fileName);
        expected.delete(entry.fileName);
        const problem =
          wanted === undefined
            ? 'not in the manifest, or twice'
            : (headProblem(entry, wanted.sizeBytes) ?? (await contentProblem(zip, entry, wanted.sha256, call)));
        if (problem !== undefined) problems.push(`${shown(entry.fileName)}: ${problem}`);
        placed.push({ entry, local: await zip.readLocalFileHeaderPromise(entry) });
      }
      for (const missing of expected.keys()) problems.push(`${shown(missing)}: missing`);
      const layout = { entries: placed, directoryStart, directoryEnd: directoryCursor(zip), sizeBytes: zip.fileSize };
      await using bytes = await openPlainFile(archive);
      const readAt = async (position: number, length: number): Promise<Buffer> => {
        const { buffer, bytesRead } = await bytes.read({ buffer: Buffer.alloc(length), position });
        return buffer.subarray(0, bytesRead);
      };
      problems.push(...(await zipLayoutProblems(layout, readAt)));
    }
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    if (error instanceof LabError) throw error;
    throw invalid(archive, error);
  } finally {
    zip.close();
  }
  if (problems.length > 0) throw differs(archive, problems);
}

/** Where the next entry of the central directory is read: its start before the first, its end after the last. The types take it for a flag. */
const directoryCursor = (zip: ZipFile): number => Number(zip.readEntryCursor);

function headProblem(entry: Entry, sizeBytes: number): string | undefined {
  const type = (entry.externalFileAttributes >>> 16) & FILE_TYPE_MASK;
  if (type !== 0 && type !== REGULAR_FILE) return 'a link or not a plain file';
  if (entry.isEncrypted()) return 'encrypted';
  if (!entry.canDecodeFileData()) return 'packed in a way that cannot be read';
  return entry.uncompressedSize === sizeBytes ? undefined : `${entry.uncompressedSize} bytes instead of ${sizeBytes}`;
}

async function contentProblem(zip: ZipFile, entry: Entry, sha256: string, call: Call): Promise<string | undefined> {
  const hash = createHash('sha256');
  await pipeline(
    await zip.openReadStreamPromise(entry),
    async (pieces: AsyncIterable<Uint8Array>) => {
      for await (const piece of pieces) hash.update(piece);
    },
    { signal: call.signal },
  );
  const is = hash.digest('hex');
  return is === sha256 ? undefined : `SHA-256 ${is} instead of ${sha256}`;
}

const invalid = (archive: LocalPath, error: unknown): LabError =>
  LabError.of(
    'file.invalid',
    { file: archive, format: 'zip archive', problems: error instanceof Error ? error.message : String(error) },
    { cause: error },
  );
