import { createHash } from 'node:crypto';
import path from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { ZipFile } from 'yazl';
import type { BundleFile } from '../../core/bundle.ts';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { type BytesSeen, streamPlainFile, writeNewFile } from '../../host/plain-file.ts';
import { byPath } from './bundle-path.ts';

/**
 * Of zlib. From the fastest level to this one each step buys megabytes for hundredths of a second; from here on it is a second for one. The figures
 * are in docs/reference/bundle.md.
 */
const COMPRESSION_LEVEL = 4;

/**
 * The time of every entry. A zip holds local time without a zone (APPNOTE 6.3.10, section 4.4.6), which the writer takes from a date's local
 * fields: a local date gives the same bytes in every zone, and at noon no zone changes its clocks.
 */
const entryTime = (): Date => new Date(2026, 0, 1, 12);

/** A file that goes into an archive: what it must turn out to be. */
export type ArchiveEntry = Pick<BundleFile, 'path' | 'sizeBytes' | 'sha256'> & { readonly executable: boolean };

/**
 * Writes files of a directory into a new zip, without a folder around them. The same files give the same bytes on any machine with the same Node.
 *
 * Each file is hashed as it is packed; one that is not what `entries` says is `bundle.changed`. After a throw the archive is half-written.
 */
export async function writeArchive(
  directory: LocalPath,
  entries: readonly ArchiveEntry[],
  archive: LocalPath,
  call: Call,
): Promise<BytesSeen> {
  const zip = new ZipFile();
  // The types promise less than there is: the package makes it of a PassThrough.
  const output = zip.outputStream as Readable;
  const open = new Set<Readable>();
  let ended = false;
  const fail = (error: unknown): void => void output.destroy(error as Error);
  zip.on('error', fail);
  for (const entry of entries.toSorted(byPath)) {
    const options = {
      mtime: entryTime(),
      mode: entry.executable ? 0o100755 : 0o100644,
      size: entry.sizeBytes,
      compressionLevel: COMPRESSION_LEVEL,
      forceDosTimestamp: true,
    };
    zip.addReadStreamLazy(entry.path, options, (give) => {
      checkedStream(path.join(directory, entry.path), entry, open, fail).then(
        (stream) => (ended ? destroyAll(open) : give(undefined, stream)),
        fail,
      );
    });
  }
  zip.end();
  try {
    return await writeNewFile(archive, output, call.signal);
  } finally {
    ended = true;
    destroyAll(open);
  }
}

function destroyAll(streams: ReadonlySet<Readable>): void {
  for (const stream of streams) stream.destroy();
}

async function checkedStream(file: string, entry: ArchiveEntry, open: Set<Readable>, onError: (error: Error) => void): Promise<Readable> {
  const source = await streamPlainFile(file);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const check = new Transform({
    highWaterMark: 1 << 20,
    transform: (piece: Buffer, _encoding, done) => {
      hash.update(piece);
      sizeBytes += piece.length;
      done(undefined, sizeBytes > entry.sizeBytes ? undefined : piece);
    },
    flush: (done) => {
      const is = hash.digest('hex');
      if (sizeBytes === entry.sizeBytes && is === entry.sha256) done();
      else
        done(
          LabError.of('bundle.changed', {
            path: entry.path,
            was: `${entry.sizeBytes} bytes ${entry.sha256}`,
            is: `${sizeBytes} bytes ${is}`,
          }),
        );
    },
  });
  for (const stream of [source, check]) {
    open.add(stream);
    stream.once('close', () => open.delete(stream));
    // Neither `pipe` nor the packer carries errors on.
    stream.once('error', onError);
  }
  return source.pipe(check);
}
