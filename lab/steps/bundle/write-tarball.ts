import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PassThrough, type Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { type BytesSeen, streamPlainFile, writeNewFile } from '../../host/plain-file.ts';
import { byPath } from './bundle-path.ts';
import type { ArchiveEntry } from './write-archive.ts';

/** The same as of the zip: each step more costs a second for a megabyte. */
const COMPRESSION_LEVEL = 4;
/** Noon of 1 January 2026 UTC, for every entry. */
const ENTRY_TIME = new Date(Date.UTC(2026, 0, 1, 12));

/**
 * Writes files of a directory into a new `.tar.gz` (POSIX ustar, RFC 1952 without a time or name in its header), under one folder of the given name, as
 * is the custom where tar comes from. The same files give the same bytes on any machine with the same Node. A file that is longer or shorter than
 * its entry says is `bundle.changed`; its content is checked when the archive is read back.
 */
export async function writeTarball(
  directory: LocalPath,
  folder: string,
  entries: readonly ArchiveEntry[],
  archive: LocalPath,
  call: Call,
): Promise<BytesSeen> {
  const tar = pack();
  const gzip = createGzip({ level: COMPRESSION_LEVEL });
  const output = new PassThrough();
  const packing = packAll(tar, directory, folder, entries).catch((error: unknown) => tar.destroy(error as Error));
  // The package's stream is not one of Node's own, but speaks as they do.
  const flowing = pipeline(tar as unknown as Readable, gzip, output, { signal: call.signal });
  const [written] = await Promise.all([writeNewFile(archive, output, call.signal), flowing, packing]).catch((error: unknown) => {
    tar.destroy();
    throw call.signal.aborted ? call.signal.reason : error;
  });
  return written;
}

async function packAll(
  tar: ReturnType<typeof pack>,
  directory: LocalPath,
  folder: string,
  entries: readonly ArchiveEntry[],
): Promise<void> {
  const givenUp = new Promise<never>((_, reject) => {
    tar.once('close', () => reject(new Error('the archive was given up')));
  });
  givenUp.catch(() => {});
  for (const { path: name, sizeBytes, executable } of entries.toSorted(byPath)) {
    const header = {
      name: `${folder}/${name}`,
      size: sizeBytes,
      mode: executable ? 0o755 : 0o644,
      mtime: ENTRY_TIME,
      uid: 0,
      gid: 0,
      uname: 'root',
      gname: 'root',
    };
    const source = await streamPlainFile(path.join(directory, name));
    const packed = new Promise<void>((resolve, reject) => {
      const entry = tar.entry(header, (error) => {
        if (error) reject(LabError.of('bundle.changed', { path: name, was: `${sizeBytes} bytes`, is: error.message }));
        else resolve();
      });
      source.once('error', reject);
      source.pipe(entry);
    });
    await Promise.race([packed, givenUp]).finally(() => source.destroy());
  }
  tar.finalize();
}
