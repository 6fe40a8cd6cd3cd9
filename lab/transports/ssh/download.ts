import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath, RemotePath, Sha256 } from '../../core/ids.ts';
import { writeError } from '../../host/files.ts';
import type { SftpClient } from '../../ssh/sftp/sftp-client.ts';
import type { FileFacts } from './guest-side.ts';
import { inTime } from './in-time.ts';
import { pumpIn } from './pump.ts';
import { sftpPathOf } from './sftp-path.ts';

export interface Download {
  readonly from: RemotePath;
  /** What the guest says of the file; it must come out as that. */
  readonly facts: FileFacts;
  readonly to: LocalPath;
  readonly onArrived: (bytesDone: number) => void;
}

/**
 * Fetches a file: to another name first, goes on with what an earlier attempt left there, and renames it when its digest is what the guest says.
 * Throws `ssh.download-mismatch` and leaves nothing then. What was fetched is left for another attempt only when `isLost` says that the
 * connection broke.
 */
export async function download(sftp: SftpClient, fetching: Download, isLost: () => boolean, call: Call): Promise<void> {
  const { from, facts, to } = fetching;
  const part = `${to}.${facts.sha256.slice(0, 16)}.lab-part`;
  try {
    const actual = await fetch(sftp, fetching, part, call);
    if (actual.sha256 !== facts.sha256)
      throw LabError.of('ssh.download-mismatch', { path: from, actual: actual.sha256, expected: facts.sha256 });
    await rename(part, to).catch((error: unknown) => {
      throw writeError(error, to);
    });
  } catch (error) {
    if (!isLost()) await rm(part, { force: true });
    throw error;
  }
}

async function fetch(
  sftp: SftpClient,
  { from, facts, onArrived }: Download,
  part: string,
  call: Call,
): Promise<{ readonly sizeBytes: number; readonly sha256: Sha256 }> {
  // Bytes arrive in order, so whatever is there is the beginning; the digest of all of it says whether it was the right one.
  const kept = await stat(part).then(
    ({ size }) => (size <= facts.sizeBytes ? size : 0),
    () => 0,
  );
  let local: FileHandle;
  try {
    await mkdir(path.dirname(part), { recursive: true });
    local = await open(part, kept === 0 ? 'w' : 'r+');
  } catch (error) {
    throw writeError(error, part);
  }
  try {
    const handle = await inTime(sftp.openToRead(sftpPathOf(from)), call);
    try {
      onArrived(kept);
      const head =
        kept === 0 ? nothing() : (createReadStream(part, { end: kept - 1, highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>);
      const actual = await pumpIn(sftp, local, { handle, from: kept, sizeBytes: facts.sizeBytes, onArrived }, head, call);
      return { sizeBytes: actual.sizeBytes, sha256: actual.sha256 as Sha256 };
    } finally {
      await sftp.close(handle).catch(() => {});
    }
  } finally {
    await local.close();
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
