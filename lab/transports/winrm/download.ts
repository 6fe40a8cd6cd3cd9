import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath, RemotePath } from '../../core/ids.ts';
import { writeError } from '../../host/files.ts';
import { sha256OfFile } from '../../host/hash.ts';
import type { Progress } from '../progress.ts';
import { windowOf } from './copier-pool.ts';
import type { FairBudget } from './fair-budget.ts';
import { partBytes } from './local-parts.ts';
import type { FileFacts, StreamReceiver } from './receiver.ts';
import { inParallel, widthFor } from './upload-parts.ts';

/**
 * Brings a file out of the guest, range by range over several shells. It grows beside `to` under a name that its digest is part of, so that a copy
 * that lost its connection is gone on with; what is there is compared with the guest's digests first. Throws `winrm.download-mismatch` when the
 * whole is not what the guest had announced.
 */
export async function download(
  receiver: StreamReceiver,
  from: RemotePath,
  expected: FileFacts,
  to: LocalPath,
  budget: FairBudget,
  guest: object,
  progress: Progress,
  call: Call,
): Promise<void> {
  const temporary = `${to}.${expected.sha256.slice(0, 16)}.lab-part`;
  let keep = false;
  try {
    const resumed = await openTemporary(temporary);
    await using handle = resumed.handle;
    const count = Math.ceil(expected.sizeBytes / partBytes);
    const there = resumed.isNew ? [] : await receiver.partsOf(from, expected.sizeBytes, partBytes, call);
    const width = widthFor(expected.sizeBytes);
    const readPart = async (index: number, signal: AbortSignal): Promise<void> => {
      const offset = index * partBytes;
      const length = Math.min(partBytes, expected.sizeBytes - offset);
      const known = there[index] ?? undefined;
      if (known === undefined || known !== (await digestAt(handle, offset, length))) {
        const taken = await budget.take(guest, length, signal);
        try {
          const bytes = await receiver.read(from, offset, length, width, { ...call, signal });
          // A file that has become shorter meanwhile; the digest of the whole tells.
          await writeAt(handle, bytes, offset, temporary);
        } finally {
          taken.giveBack();
        }
      }
      progress.add(length);
    };
    await inParallel(
      Array.from({ length: count }, (_, index) => index),
      windowOf(width),
      readPart,
      call,
    );
    await handle.truncate(expected.sizeBytes);
    const actual = await sha256OfFile(temporary, call.signal);
    if (actual !== expected.sha256) throw LabError.of('winrm.download-mismatch', { path: from, actual, expected: expected.sha256 });
    await rename(temporary, to).catch((error: unknown) => {
      throw writeError(error, to);
    });
  } catch (error) {
    keep = error instanceof LabError && (error.code === 'winrm.connection-lost' || error.code === 'winrm.unreachable');
    throw call.signal.aborted ? call.signal.reason : error;
  } finally {
    if (!keep) await rm(temporary, { force: true });
  }
}

async function openTemporary(file: string): Promise<{ readonly handle: FileHandle; readonly isNew: boolean }> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    try {
      return { handle: await open(file, 'wx+'), isNew: true };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return { handle: await open(file, 'r+'), isNew: false };
    }
  } catch (error) {
    throw writeError(error, file);
  }
}

async function digestAt(handle: FileHandle, offset: number, length: number): Promise<string | undefined> {
  const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
  return bytesRead === length ? createHash('sha256').update(buffer).digest('hex') : undefined;
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, offset: number, file: string): Promise<void> {
  try {
    for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
  } catch (error) {
    throw writeError(error, file);
  }
}
