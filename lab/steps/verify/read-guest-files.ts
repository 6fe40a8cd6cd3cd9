import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { GuestFiles } from '../../core/check.ts';
import type { LocalPath, RemotePath } from '../../core/ids.ts';
import type { Connection } from '../../core/transport.ts';
import { filesBelow, readBytesIfThere } from '../../host/files.ts';
import { temporaryFolder } from '../../host/temporary-folder.ts';

/** What a program keeps between runs is small; more is not read. */
const MOST_BYTES = 64 << 20;

/** Copies a folder out of a guest and reads its files. The transport bounds and checks what comes; the folder must be there. */
export async function readGuestFiles(connection: Connection, folder: RemotePath, call: Call): Promise<GuestFiles> {
  await using temporary = await temporaryFolder();
  const local = path.join(temporary.folder, 'copy') as LocalPath;
  const { sizeBytes } = await connection.getDirectory(folder, local, call);
  if (sizeBytes > MOST_BYTES) return { files: new Map(), complete: false };
  const files = new Map<string, Uint8Array>();
  for (const name of await filesBelow(local)) files.set(name, (await readBytesIfThere(path.join(local, name))) ?? new Uint8Array());
  return { files, complete: true };
}
