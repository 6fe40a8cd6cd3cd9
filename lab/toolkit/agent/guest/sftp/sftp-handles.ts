import { type Dir, type Stats, closeSync, fstatSync, lstatSync, openSync, opendirSync } from 'node:fs';
import { constants } from 'node:fs';
import path from 'node:path';
import { nativeFile, drives, nativePath } from './sftp-path.ts';
import { SftpFailure } from '../../../../ssh/sftp/sftp-failure.ts';
import { MOST_HANDLES, openFlags, statusCodes } from '../../../../ssh/sftp/sftp-protocol.ts';

/** An entry of a folder; without attributes where they cannot be read. */
export interface FolderEntry {
  readonly name: string;
  readonly stats?: Stats;
}

interface OpenFile {
  readonly kind: 'file';
  readonly descriptor: number;
  readonly appends: boolean;
}
interface OpenFolder {
  readonly kind: 'folder';
  /** Up to `most` entries more; none at the end. */
  readonly next: (most: number) => readonly FolderEntry[];
  readonly close: () => void;
}

/** The files and folders a client has open. Its names for them mean nothing outside of this connection. */
export class SftpHandles {
  readonly #open = new Map<string, OpenFile | OpenFolder>();
  #last = 0;

  openFile(text: string, flags: number): string {
    const descriptor = openSync(nativeFile(text), systemFlags(flags), 0o666);
    if (fstatSync(descriptor).isDirectory()) {
      closeSync(descriptor);
      throw new SftpFailure(statusCodes.failure, 'that is a folder');
    }
    return this.#keep({ kind: 'file', descriptor, appends: (flags & openFlags.append) !== 0 });
  }

  openFolder(text: string): string {
    const native = nativePath(text);
    return this.#keep(native === undefined ? allDrives() : folderAt(native));
  }

  file(handle: string): OpenFile {
    const found = this.#open.get(handle);
    if (found?.kind !== 'file') throw new SftpFailure(statusCodes.failure, 'no file is open under that handle');
    return found;
  }

  folder(handle: string): OpenFolder {
    const found = this.#open.get(handle);
    if (found?.kind !== 'folder') throw new SftpFailure(statusCodes.failure, 'no folder is open under that handle');
    return found;
  }

  close(handle: string): void {
    const found = this.#open.get(handle);
    if (found === undefined) throw new SftpFailure(statusCodes.failure, 'nothing is open under that handle');
    this.#open.delete(handle);
    if (found.kind === 'file') closeSync(found.descriptor);
    else found.close();
  }

  closeAll(): void {
    for (const handle of this.#open.keys()) this.close(handle);
  }

  #keep(opened: OpenFile | OpenFolder): string {
    const handle = String(++this.#last);
    this.#open.set(handle, opened);
    if (this.#open.size <= MOST_HANDLES) return handle;
    this.close(handle);
    throw new SftpFailure(statusCodes.failure, `more than ${MOST_HANDLES} files and folders are open`);
  }
}

function systemFlags(flags: number): number {
  const reads = (flags & openFlags.read) !== 0;
  const writes = (flags & (openFlags.write | openFlags.append)) !== 0;
  return (
    (writes ? (reads ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY) |
    (flags & openFlags.append ? constants.O_APPEND : 0) |
    (flags & openFlags.create ? constants.O_CREAT : 0) |
    (flags & openFlags.truncate ? constants.O_TRUNC : 0) |
    (flags & openFlags.exclusive ? constants.O_EXCL : 0)
  );
}

function folderAt(native: string): OpenFolder {
  const folder = opendirSync(native);
  return { kind: 'folder', next: (most) => entriesOf(folder, native, most), close: () => folder.closeSync() };
}

function entriesOf(folder: Dir, native: string, most: number): readonly FolderEntry[] {
  const entries: FolderEntry[] = [];
  while (entries.length < most) {
    const entry = folder.readSync();
    if (entry === null) break;
    const stats = lstatSync(path.join(native, entry.name), { throwIfNoEntry: false });
    entries.push(stats === undefined ? { name: entry.name } : { name: entry.name, stats });
  }
  return entries;
}

function allDrives(): OpenFolder {
  let rest = drives();
  return {
    kind: 'folder',
    next: (most) => {
      const some = rest.slice(0, most).map((name): FolderEntry => ({ name, stats: lstatSync(nativeFile(`/${name}`)) }));
      rest = rest.slice(most);
      return some;
    },
    close: () => {},
  };
}
