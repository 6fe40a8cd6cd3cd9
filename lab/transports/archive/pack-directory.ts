import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { ZipFile } from 'yazl';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import { type TreeItem, treeText } from '../../core/tree-text.ts';
import { sha256Of } from '../../host/hash.ts';
import { writeNewFile } from '../../host/plain-file.ts';
import { type PlannedItem, planDirectory } from './plan-directory.ts';

/** A folder as one zip in a scratch folder. Disposing removes it. */
export interface PackedDirectory extends AsyncDisposable {
  readonly archive: LocalPath;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
  readonly files: number;
  /** Of all files, unpacked. */
  readonly unpackedBytes: number;
  /** SHA-256 of the folder's {@link treeText}: what has to be there when it is unpacked. */
  readonly treeSha256: Sha256;
}

/** The fastest level: an archive that is packed while somebody waits. */
const COMPRESSION_LEVEL = 1;
/** Read at a time. */
const MOST_READ_BYTES = 1 << 20;
/** A time that says nothing: copies are compared by content. Noon, so that no zone makes it another day. */
const entryTime = (): Date => new Date(2026, 0, 1, 12);

/**
 * Packs a folder. The same content gives the same bytes, so that an archive which was copied in part can be gone on with. Each file is read once and
 * hashed as it goes by; one whose size changes meanwhile is `file.unreadable`. Throws `copy.unsafe-name` before anything is read.
 */
export async function packDirectory(folder: LocalPath, call: Call): Promise<PackedDirectory> {
  const items = await planDirectory(folder, call);
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'anivault-lab-pack-'));
  const remove = (): Promise<void> => rm(scratch, { recursive: true, force: true });
  try {
    const archive = path.join(scratch, 'folder.zip') as LocalPath;
    const hashed: TreeItem[] = [];
    const { sizeBytes, sha256 } = await writeZip(folder, items, archive, hashed, call);
    const files = items.filter((item) => item.kind === 'file');
    return {
      archive,
      sizeBytes,
      sha256,
      files: files.length,
      unpackedBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
      treeSha256: sha256Of(treeText(hashed)),
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function writeZip(
  folder: LocalPath,
  items: readonly PlannedItem[],
  archive: LocalPath,
  hashed: TreeItem[],
  call: Call,
): Promise<{ readonly sizeBytes: number; readonly sha256: Sha256 }> {
  const zip = new ZipFile();
  // The types promise less than there is: the package makes it of a PassThrough.
  const output = zip.outputStream as Readable;
  const open = new Set<Readable>();
  const fail = (error: unknown): void => void output.destroy(error as Error);
  zip.on('error', fail);
  for (const item of items) {
    if (item.kind === 'directory') {
      hashed.push(item);
      zip.addEmptyDirectory(item.path, { mtime: entryTime(), mode: 0o040755, forceDosTimestamp: true });
      continue;
    }
    const options = {
      mtime: entryTime(),
      mode: item.executable ? 0o100755 : 0o100644,
      size: item.sizeBytes,
      compressionLevel: COMPRESSION_LEVEL,
      forceDosTimestamp: true,
    };
    zip.addReadStreamLazy(item.path, options, (give) => give(undefined, hashedStream(folder, item, hashed, open, fail)));
  }
  zip.end();
  try {
    return await writeNewFile(archive, output, call.signal);
  } finally {
    for (const stream of open) stream.destroy();
  }
}

function hashedStream(
  folder: LocalPath,
  item: Extract<PlannedItem, { kind: 'file' }>,
  hashed: TreeItem[],
  open: Set<Readable>,
  onError: (error: unknown) => void,
): Readable {
  const native = path.join(folder, item.path);
  const unreadable = (reason: string): LabError => LabError.of('file.unreadable', { path: native, reason });
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const pass = new Transform({
    highWaterMark: MOST_READ_BYTES,
    transform: (piece: Buffer, _encoding, done) => {
      hash.update(piece);
      sizeBytes += piece.length;
      done(sizeBytes > item.sizeBytes ? unreadable('it grew while it was read') : undefined, piece);
    },
    flush: (done) => {
      if (sizeBytes !== item.sizeBytes) return done(unreadable('it shrank while it was read'));
      hashed.push({ kind: 'file', path: item.path, sizeBytes, sha256: hash.digest('hex') });
      done();
    },
  });
  // A stream takes a buffer of this size for each file, and a byte more than expected shows that a file has grown.
  const source = createReadStream(native, { highWaterMark: Math.min(MOST_READ_BYTES, item.sizeBytes + 1) });
  source.once('error', (error: NodeJS.ErrnoException) => onError(unreadable(error.code ?? error.message)));
  pass.once('error', onError);
  for (const stream of [source, pass]) {
    open.add(stream);
    stream.once('close', () => open.delete(stream));
  }
  return source.pipe(pass);
}
