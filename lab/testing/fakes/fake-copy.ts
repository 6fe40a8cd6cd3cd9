import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../../core/error.ts';
import type { Call } from '../../core/call.ts';
import { type LocalPath, type RemotePath, type Sha256, joinRemote } from '../../core/ids.ts';
import type { DirectoryReceipt, FileReceipt, FileTransferOptions } from '../../core/transport.ts';
import { type TreeItem, treeText } from '../../core/tree-text.ts';
import { writeFileAtomic } from '../../host/files.ts';
import { sha256Of } from '../../host/hash.ts';
import { planDirectory } from '../../transports/archive/plan-directory.ts';
import type { FileDigests } from '../../transports/winrm/file-digests.ts';
import type { FakeGuest } from './fake-guest.ts';

/** What travels at once; between two pieces the call can end. */
const PIECE_BYTES = 256 << 10;

const digestOf = (bytes: Uint8Array): Sha256 => createHash('sha256').update(bytes).digest('hex') as Sha256;

/** Copies between this machine and a fake guest as a transport promises to. */
export class FakeCopy {
  readonly #guest: FakeGuest;
  readonly #digests: FileDigests;

  constructor(guest: FakeGuest, digests: FileDigests) {
    this.#guest = guest;
    this.#digests = digests;
  }

  async put(local: LocalPath, to: RemotePath, call: Call, options: FileTransferOptions = {}): Promise<FileReceipt> {
    const startedMs = performance.now();
    const { files } = this.#guest;
    const { sizeBytes, sha256 } = await this.#digests.of(local);
    const receipt = (way: string): FileReceipt => ({ path: to, sizeBytes, sha256, durationMs: performance.now() - startedMs, way });
    if (files.read(to)?.sha256 === sha256) return receipt('already-there');
    const obstacle = files.obstacle(to);
    if (obstacle !== undefined) throw LabError.of('winrm.upload-refused', { path: to, reason: obstacle });
    const bytes = await readFile(local, { signal: call.signal }).catch((error: unknown) => {
      throw call.signal.aborted ? call.signal.reason : error;
    });
    await travel(bytes.length, call, options);
    const actual = digestOf(bytes);
    if (actual !== sha256) {
      this.#digests.forget(local);
      throw LabError.of('winrm.upload-mismatch', { path: to, actual, expected: sha256 });
    }
    files.write(to, { bytes, sha256 });
    return receipt('memory');
  }

  async get(from: RemotePath, to: LocalPath, call: Call, options: FileTransferOptions = {}): Promise<FileReceipt> {
    const startedMs = performance.now();
    const file = this.#guest.files.read(from);
    if (file === undefined) throw LabError.of('winrm.download-refused', { path: from, reason: 'there is no such file' });
    await travel(file.bytes.length, call, options);
    await writeFileAtomic(to, file.bytes);
    const { sha256 } = file;
    return { path: to, sizeBytes: file.bytes.length, sha256: sha256 as Sha256, durationMs: performance.now() - startedMs, way: 'memory' };
  }

  async putDirectory(local: LocalPath, to: RemotePath, call: Call, options: FileTransferOptions = {}): Promise<DirectoryReceipt> {
    const startedMs = performance.now();
    const { files } = this.#guest;
    const tree = await readTree(local, call);
    const receipt = receiptOf(to, [...tree.keys()], startedMs);
    if (files.kindOf(to) === 'directory' && files.treeSha256(to) === receipt('').treeSha256) return receipt('already-there');
    if (files.kindOf(to) !== undefined) throw LabError.of('copy.exists', { path: to });
    const obstacle = files.obstacle(to);
    if (obstacle !== undefined) throw LabError.of('copy.archive-refused', { what: 'take', path: to, reason: obstacle });
    await travel(receipt('').sizeBytes, call, options);
    files.makeDirectory(to);
    for (const [item, bytes] of tree) {
      if (item.kind === 'directory') files.makeDirectory(joinRemote(to, item.path));
      else files.write(joinRemote(to, item.path), { bytes, sha256: item.sha256 });
    }
    return receipt('memory');
  }

  async getDirectory(from: RemotePath, to: LocalPath, call: Call, options: FileTransferOptions = {}): Promise<DirectoryReceipt> {
    const startedMs = performance.now();
    const { files } = this.#guest;
    if (files.kindOf(from) !== 'directory')
      throw LabError.of('copy.archive-refused', { what: 'give out', path: from, reason: 'there is no such folder' });
    const items = files.below(from);
    const receipt = receiptOf(to, items, startedMs);
    if (await lstat(to).catch(() => undefined)) throw LabError.of('copy.exists', { path: to });
    await travel(receipt('').sizeBytes, call, options);
    const staging = `${to}.${randomBytes(4).toString('hex')}.tmp`;
    try {
      await mkdir(staging, { recursive: true });
      for (const item of items) {
        const place = path.join(staging, item.path);
        await mkdir(item.kind === 'directory' ? place : path.dirname(place), { recursive: true });
        const file = files.read(joinRemote(from, item.path));
        if (item.kind === 'file' && file) await writeFile(place, file.bytes);
      }
      await rename(staging, to);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
    return receipt('memory');
  }
}

/** As long as a wire takes: a copy that is given up is still under way, and progress comes bit by bit. */
async function travel(sizeBytes: number, call: Call, { onProgress }: FileTransferOptions): Promise<void> {
  for (let done = 0; done < sizeBytes;) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    call.signal.throwIfAborted();
    done = Math.min(sizeBytes, done + PIECE_BYTES);
    onProgress?.(done, sizeBytes);
  }
}

/** What of a folder is copied, with its bytes. Throws what `planDirectory` throws. */
async function readTree(folder: LocalPath, call: Call): Promise<ReadonlyMap<TreeItem, Uint8Array>> {
  const tree = new Map<TreeItem, Uint8Array>();
  for (const item of await planDirectory(folder, call)) {
    const bytes = item.kind === 'file' ? await readFile(path.join(folder, item.path)) : Buffer.alloc(0);
    const { kind, path: name } = item;
    tree.set(kind === 'file' ? { kind, path: name, sizeBytes: bytes.length, sha256: digestOf(bytes) } : { kind, path: name }, bytes);
  }
  return tree;
}

function receiptOf(shown: string, items: readonly TreeItem[], startedMs: number): (way: string) => DirectoryReceipt {
  const files = items.filter((item) => item.kind === 'file');
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const treeSha256 = sha256Of(treeText(items));
  return (way) => ({ path: shown, files: files.length, sizeBytes, treeSha256, durationMs: performance.now() - startedMs, way });
}
