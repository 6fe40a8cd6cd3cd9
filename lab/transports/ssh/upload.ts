import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { RemotePath, Sha256 } from '../../core/ids.ts';
import type { SftpClient, SftpHandle } from '../../ssh/sftp/sftp-client.ts';
import { SftpFailure } from '../../ssh/sftp/sftp-failure.ts';
import { statusCodes } from '../../ssh/sftp/sftp-protocol.ts';
import type { LocalFile } from '../winrm/file-digests.ts';
import { inTime } from './in-time.ts';
import { pumpOut, underWay } from './pump.ts';
import { parentOf, sftpPathOf } from './sftp-path.ts';

/** The digest of a file in the guest, computed in the guest; `sizeBytes` is its size. */
export type DigestInGuest = (path: RemotePath, sizeBytes: number, call: Call) => Promise<Sha256>;

export interface Upload {
  readonly file: LocalFile;
  readonly to: RemotePath;
  readonly digest: DigestInGuest;
  readonly onArrived: (bytesDone: number) => void;
}

/** Less is sent again sooner than looked at. */
const WORTH_RESUMING_BYTES = 1 << 20;

/** Where a file grows until it is whole. The same content goes on where an earlier attempt was cut off. */
export const partOf = (path: RemotePath, sha256: Sha256): RemotePath => `${path}.${sha256.slice(0, 16)}.lab-part` as RemotePath;

/** Whether the very same file is there. Throws {@link SftpFailure} where a folder has the name. */
export async function isThere(sftp: SftpClient, { file, to, digest }: Upload, call: Call): Promise<boolean> {
  const found = await inTime(sftp.stat(sftpPathOf(to)), call);
  if (found?.isFolder) throw new SftpFailure(statusCodes.failure, 'there is a folder of that name');
  return found?.sizeBytes === file.sizeBytes && (await digest(to, file.sizeBytes, call)) === file.sha256;
}

/**
 * Sends a file: to another name first, then compared by the guest's own digest, then renamed. Throws `ssh.upload-mismatch` when it arrived changed,
 * and whatever the file server refuses. What was sent is left for another attempt only when the connection is lost; its caller removes it else.
 */
export async function upload(sftp: SftpClient, sending: Upload, call: Call): Promise<void> {
  const { file, to, digest } = sending;
  const part = partOf(to, file.sha256);
  const local = await open(file.path, 'r').catch((error: unknown) => {
    throw LabError.of('file.unreadable', { path: file.path, reason: (error as NodeJS.ErrnoException).code ?? String(error) });
  });
  try {
    const from = await resumeAt(sftp, sending, part, call);
    await send(sftp, local, sending, from, call);
    const actual = await digest(part, file.sizeBytes, call);
    if (actual !== file.sha256) throw LabError.of('ssh.upload-mismatch', { path: to, actual, expected: file.sha256 });
    await rename(sftp, sftpPathOf(part), sftpPathOf(to), call);
  } finally {
    await local.close();
  }
}

async function send(sftp: SftpClient, local: FileHandle, { file, to, onArrived }: Upload, from: number, call: Call): Promise<void> {
  const handle = await openPart(sftp, sftpPathOf(partOf(to, file.sha256)), from === 0 ? 'nothing' : 'all', call);
  try {
    onArrived(from);
    await pumpOut(sftp, local, { handle, from, sizeBytes: file.sizeBytes, onArrived }, call);
  } finally {
    // Windows neither renames nor removes what is open; a connection that is gone has closed it.
    await sftp.close(handle).catch(() => {});
  }
}

/** Opens the file to write to, and makes the folders above it where there are none. */
async function openPart(sftp: SftpClient, part: string, keep: 'nothing' | 'all', call: Call): Promise<SftpHandle> {
  try {
    return await inTime(sftp.openToWrite(part, keep), call);
  } catch (error) {
    const parent = parentOf(part);
    if (!(error instanceof SftpFailure) || error.code !== statusCodes.noSuchFile || parent === undefined) throw error;
    await makeFolders(sftp, parent, call);
    return await inTime(sftp.openToWrite(part, keep), call);
  }
}

async function makeFolders(sftp: SftpClient, folder: string, call: Call): Promise<void> {
  try {
    await inTime(sftp.makeFolder(folder), call);
  } catch (error) {
    if (!(error instanceof SftpFailure)) throw error;
    // Somebody else may have made it just now; version 3 has no word for "is there already".
    if ((await inTime(sftp.stat(folder), call))?.isFolder) return;
    const parent = parentOf(folder);
    if (error.code !== statusCodes.noSuchFile || parent === undefined) throw error;
    await makeFolders(sftp, parent, call);
    await makeFolders(sftp, folder, call);
  }
}

/**
 * Where to go on with what an earlier attempt left: before everything that could have been under way when it was cut off, and only when the guest
 * has exactly the local bytes up to there.
 */
async function resumeAt(sftp: SftpClient, { file, digest }: Upload, part: RemotePath, call: Call): Promise<number> {
  const found = await inTime(sftp.stat(sftpPathOf(part)), call);
  if (found === undefined || found.isFolder || found.sizeBytes > file.sizeBytes) return 0;
  const sizeBytes = found.sizeBytes - underWay(sftp.writeBytes);
  if (sizeBytes < WORTH_RESUMING_BYTES) return 0;
  await inTime(sftp.truncate(sftpPathOf(part), sizeBytes), call);
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(file.path, { end: sizeBytes - 1, highWaterMark: 1 << 20 })) hash.update(bytes as Buffer);
  return (await digest(part, sizeBytes, call)) === hash.digest('hex') ? sizeBytes : 0;
}

/** Gives the file its name, over whatever has it. Servers that do not rename over files have none of that name for a moment. */
async function rename(sftp: SftpClient, from: string, to: string, call: Call): Promise<void> {
  try {
    await inTime(sftp.rename(from, to), call);
  } catch (error) {
    if (sftp.replaces || !(error instanceof SftpFailure) || (await inTime(sftp.stat(to), call)) === undefined) throw error;
    await inTime(sftp.remove(to), call);
    await inTime(sftp.rename(from, to), call);
  }
}
