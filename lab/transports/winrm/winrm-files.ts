import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import type { Call } from '../../core/call.ts';
import type { Clock } from '../../core/clock.ts';
import { LabError } from '../../core/error.ts';
import type { PullRoute } from '../../core/guest.ts';
import { type LocalPath, type RemotePath, remotePath } from '../../core/ids.ts';
import type { DirectoryReceipt, FileReceipt, FileTransferOptions } from '../../core/transport.ts';
import { ownDeadline } from '../../winrm/client/own-deadline.ts';
import { writeFileAtomic } from '../../host/files.ts';
import { sha256Of } from '../../host/hash.ts';
import { packDirectory } from '../archive/pack-directory.ts';
import { unpackDirectory } from '../archive/unpack-directory.ts';
import { type Progress, progressOf } from '../progress.ts';
import { PullServer } from '../pull/pull-server.ts';
import { type CopyWay, RouteBook } from './copy-ways.ts';
import { download } from './download.ts';
import type { FileDigests, LocalFile } from './file-digests.ts';
import type { LineReceiver } from './inbox-receiver.ts';
import { type FileFacts, type Incoming, type Receiver, ReceiverUnfit, Refused, type StreamReceiver } from './receiver.ts';
import type { CopyShare } from './upload-parts.ts';
import { type Uploaded, upload } from './upload.ts';

export interface WinrmFilesOptions {
  readonly main: StreamReceiver;
  readonly inbox: LineReceiver;
  readonly ways: readonly CopyWay[];
  readonly pull: PullRoute | undefined;
  readonly share: CopyShare;
  readonly digests: FileDigests;
  readonly clock: Clock;
}

/** How long removing an archive may take once the caller's own call is over. */
const CLEAN_UP_MS = 5000;

/** Copies files and folders to and from one guest. See `Connection`; operations may overlap. */
export class WinrmFiles {
  readonly #options: WinrmFilesOptions;
  readonly #book: RouteBook;
  readonly #pullServer: PullServer | undefined;
  readonly #probed = new Map<Receiver, Promise<void>>();
  /** Why files cannot come out through the main receiver, once that is known. */
  #noStream: string | undefined;

  constructor(options: WinrmFilesOptions) {
    this.#options = options;
    this.#book = new RouteBook(options.ways, options.pull !== undefined, options.main, options.inbox);
    this.#pullServer = options.pull && new PullServer(options.pull);
  }

  /** See `Connection.put`. */
  async put(local: LocalPath, to: RemotePath, call: Call, options: FileTransferOptions = {}): Promise<FileReceipt> {
    const startedAt = this.#options.clock.monotonicMs();
    // Starting a copier in the guest takes about as long as reading a large file here.
    if (this.#noStream === undefined && this.#options.ways.some((way) => way !== 'base64-lines')) this.#options.main.begin(call);
    const file = await this.#options.digests.of(local);
    const { way, arrived } = await this.#upload(file, to, progressOf(options, file.sizeBytes), call);
    return this.#receipt({ path: to, ...arrived, way }, startedAt);
  }

  /** See `Connection.get`. */
  async get(from: RemotePath, to: LocalPath, call: Call, options: FileTransferOptions = {}): Promise<FileReceipt> {
    const startedAt = this.#options.clock.monotonicMs();
    const { way, facts } = await this.#download(from, to, undefined, options, call);
    return this.#receipt({ path: to, ...facts, way }, startedAt);
  }

  /** See `Connection.putDirectory`. */
  async putDirectory(local: LocalPath, to: RemotePath, call: Call, options: FileTransferOptions = {}): Promise<DirectoryReceipt> {
    const startedAt = this.#options.clock.monotonicMs();
    await using packed = await packDirectory(local, call);
    const { files, unpackedBytes: sizeBytes, treeSha256, sha256 } = packed;
    const progress = progressOf(options, packed.sizeBytes);
    const receipt = (way: string): DirectoryReceipt => this.#receipt({ path: to, files, sizeBytes, treeSha256, way }, startedAt);
    const there = await this.#ask('take', to, (receiver) => receiver.treeDigest(to, call));
    if (there?.treeSha256 === treeSha256) {
      progress.finish();
      return receipt('already-there');
    }
    if (there !== undefined) throw LabError.of('copy.exists', { path: to });
    const archive = remotePath(`${to}.${sha256.slice(0, 16)}.lab-archive.zip`);
    const { way } = await this.#upload({ path: packed.archive, sizeBytes: packed.sizeBytes, sha256 }, archive, progress, call);
    const placed = await this.#ask('take', to, (receiver) => receiver.placeTree(archive, to, treeSha256, call));
    if (placed.treeSha256 !== treeSha256)
      throw LabError.of('copy.tree-mismatch', { path: to, actual: placed.treeSha256, expected: treeSha256 });
    return receipt(way);
  }

  /** See `Connection.getDirectory`. */
  async getDirectory(from: RemotePath, to: LocalPath, call: Call, options: FileTransferOptions = {}): Promise<DirectoryReceipt> {
    const startedAt = this.#options.clock.monotonicMs();
    const archive = remotePath(`${from}.${randomBytes(8).toString('hex')}.lab-archive.zip`);
    const scratch = await mkdtemp(path.join(os.tmpdir(), 'anivault-lab-copy-'));
    try {
      const packed = await this.#ask('give out', from, (receiver) => receiver.packTree(from, archive, call));
      const local = path.join(scratch, 'folder.zip') as LocalPath;
      const { way } = await this.#download(archive, local, packed.archive, options, call);
      const unpacked = await unpackDirectory(local, to, packed.treeSha256, from, call);
      return this.#receipt({ path: to, ...unpacked, treeSha256: packed.treeSha256, way }, startedAt);
    } finally {
      await rm(scratch, { recursive: true, force: true });
      using own = ownDeadline(CLEAN_UP_MS, 'Removing an archive in the guest');
      await this.#either((receiver) => receiver.remove(archive, own)).catch(() => {});
    }
  }

  async #upload(file: LocalFile, to: RemotePath, progress: Progress, call: Call): Promise<Uploaded> {
    const { share, digests } = this.#options;
    const incoming: Incoming = { to, sizeBytes: file.sizeBytes, sha256: file.sha256 };
    const parts = { book: this.#book, share, pullServer: this.#pullServer, guest: this, probed: this.#probed };
    try {
      const uploaded = await upload(file, incoming, parts, progress, call);
      const { sizeBytes, sha256 } = uploaded.arrived;
      if (sha256 !== file.sha256 || sizeBytes !== file.sizeBytes)
        throw LabError.of('winrm.upload-mismatch', { path: to, actual: sha256 || `${sizeBytes} bytes`, expected: file.sha256 });
      progress.finish();
      return uploaded;
    } catch (error) {
      // The digest may have been of an earlier state of the file; the next attempt computes it anew.
      digests.forget(file.path);
      throw error;
    }
  }

  async #download(
    from: RemotePath,
    to: LocalPath,
    known: FileFacts | undefined,
    options: FileTransferOptions,
    call: Call,
  ): Promise<{ readonly way: string; readonly facts: FileFacts }> {
    const { main, inbox, share } = this.#options;
    try {
      const facts = known ?? (await this.#either((receiver) => receiver.digest(from, call)));
      if (facts === undefined) throw LabError.of('winrm.download-refused', { path: from, reason: 'there is no such file' });
      const progress = progressOf(options, facts.sizeBytes);
      if (this.#noStream === undefined) {
        try {
          await download(main, from, facts, to, share.budget, this, progress, call);
          progress.finish();
          return { way: 'winrm-stdout', facts };
        } catch (error) {
          if (!(error instanceof ReceiverUnfit)) throw error;
          this.#noStream = error.message;
        }
      }
      const bytes = Buffer.concat(await Array.fromAsync(inbox.give(from, call)));
      const actual = sha256Of(bytes);
      if (actual !== facts.sha256) throw LabError.of('winrm.download-mismatch', { path: from, actual, expected: facts.sha256 });
      await writeFileAtomic(to, bytes);
      progress.finish();
      return { way: 'base64-lines', facts };
    } catch (error) {
      throw error instanceof Refused || error instanceof ReceiverUnfit
        ? LabError.of('winrm.download-refused', { path: from, reason: error.message }, { cause: error })
        : error;
    }
  }

  /** Asks the main receiver, and the other one where the first does not work. */
  async #either<T>(question: (receiver: Receiver) => Promise<T>): Promise<T> {
    if (this.#noStream !== undefined) return question(this.#options.inbox);
    try {
      return await question(this.#options.main);
    } catch (error) {
      if (!(error instanceof ReceiverUnfit)) throw error;
      this.#noStream = error.message;
      return question(this.#options.inbox);
    }
  }

  async #ask<T>(what: string, about: RemotePath, question: (receiver: Receiver) => Promise<T>): Promise<T> {
    try {
      return await this.#either(question);
    } catch (error) {
      throw error instanceof Refused || error instanceof ReceiverUnfit
        ? LabError.of('copy.archive-refused', { what, path: about, reason: error.message }, { cause: error })
        : error;
    }
  }

  #receipt<R extends object>(receipt: R, startedAt: number): R & { readonly durationMs: number; readonly notes?: readonly string[] } {
    const { notes } = this.#book;
    return { ...receipt, durationMs: this.#options.clock.monotonicMs() - startedAt, ...(notes.length === 0 ? {} : { notes }) };
  }
}
