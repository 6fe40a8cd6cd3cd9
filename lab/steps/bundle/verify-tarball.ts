import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { BundleManifest } from '../../core/bundle.ts';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { sha256Of } from '../../host/hash.ts';
import { streamPlainFile } from '../../host/plain-file.ts';
import { MANIFEST_NAME, differs, manifestText, shown } from './manifest.ts';

/** Headers and padding of an entry, generously; a stream that is longer than all entries with theirs is a bomb. */
const OVERHEAD_BYTES = 4096;

/**
 * Reads a `.tar.gz` back entry by entry and holds it against a manifest: exactly its files and the manifest itself below one folder, byte for byte, and
 * nothing that is not a plain file. `bundle.differs` lists what is wrong; `file.invalid` is a file that is no such archive.
 */
export async function verifyTarball(archive: LocalPath, folder: string, manifest: BundleManifest, call: Call): Promise<void> {
  const own = Buffer.from(manifestText(manifest));
  const expected = new Map<string, { readonly sizeBytes: number; readonly sha256: string }>([
    ...manifest.files.map((file) => [`${folder}/${file.path}`, file] as const),
    [`${folder}/${MANIFEST_NAME}`, { sizeBytes: own.length, sha256: sha256Of(own) }],
  ]);
  const mostBytes = [...expected.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes + OVERHEAD_BYTES, 1 << 20);
  const problems: string[] = [];
  const reader = extract();
  reader.on('entry', (header, stream, next) => {
    const { name, type, size } = header;
    const wanted = expected.get(name);
    expected.delete(name);
    const hash = createHash('sha256');
    stream.on('data', (piece) => {
      hash.update(piece as Uint8Array);
    });
    // What breaks the archive is told by the pipeline.
    stream.on('error', () => {});
    stream.on('end', () => {
      if (type !== 'file') problems.push(`${shown(name)}: ${type} and not a plain file`);
      else if (wanted === undefined) problems.push(`${shown(name)}: not in the manifest, or twice`);
      else if (size !== wanted.sizeBytes) problems.push(`${shown(name)}: ${size} bytes instead of ${wanted.sizeBytes}`);
      else if (hash.digest('hex') !== wanted.sha256) problems.push(`${shown(name)}: changed`);
      next();
    });
    stream.resume();
  });
  let sizeBytes = 0;
  try {
    await pipeline(
      await streamPlainFile(archive),
      createGunzip(),
      async function* bounded(pieces: AsyncIterable<Uint8Array>) {
        for await (const piece of pieces) {
          sizeBytes += piece.length;
          if (sizeBytes > mostBytes) throw new RangeError('it unpacks to more than its manifest lists');
          yield piece;
        }
      },
      reader as unknown as NodeJS.WritableStream,
      { signal: call.signal },
    );
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    if (error instanceof LabError) throw error;
    throw LabError.of(
      'file.invalid',
      { file: archive, format: 'tar.gz', problems: error instanceof Error ? error.message : String(error) },
      { cause: error },
    );
  }
  for (const missing of expected.keys()) problems.push(`${shown(missing)}: missing`);
  if (problems.length > 0) throw differs(archive, problems);
}
