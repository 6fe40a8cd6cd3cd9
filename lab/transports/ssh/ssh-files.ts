import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { Clock } from '../../core/clock.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath, RemotePath, Sha256 } from '../../core/ids.ts';
import type { DirectoryReceipt, FileReceipt, FileTransferOptions } from '../../core/transport.ts';
import { sha256Of } from '../../host/hash.ts';
import { type SftpClient, SftpGone } from '../../ssh/sftp/sftp-client.ts';
import { SftpFailure } from '../../ssh/sftp/sftp-failure.ts';
import { packDirectory } from '../archive/pack-directory.ts';
import { unpackDirectory } from '../archive/unpack-directory.ts';
import type { FileDigests, LocalFile } from '../winrm/file-digests.ts';
import { download } from './download.ts';
import { type FileFacts, GuestRefused, type GuestSide, plain } from './guest-side.ts';
import { inTime } from './in-time.ts';
import { sftpPathOf } from './sftp-path.ts';
import { Turns } from './turns.ts';
import { isThere, partOf, upload } from './upload.ts';

/** The file server of a connection that is alive. */
export interface OpenFileServer {
  readonly sftp: SftpClient;
  /** Aborts with the connection; the reason is the error to tell. */
  readonly lost: AbortSignal;
}

export interface SshFilesOptions {
  readonly server: (call: Call) => Promise<OpenFileServer>;
  readonly guest: GuestSide;
  readonly digests: FileDigests;
  readonly clock: Clock;
}

const WAY = 'sftp';
/** How long clearing up may take once the caller's own call is over. */
const CLEAN_UP_MS = 5000;
/** A connection's end is told a moment after that of its file server. */
const LOST_MS = 200;

type Refusal = 'ssh.upload-refused' | 'ssh.download-refused';

/** Copies files and folders over SFTP. See `Connection`; copies overlap, those to the same place go one after the other. */
export class SshFiles {
  readonly #options: SshFilesOptions;
  readonly #turns = new Turns();

  constructor(options: SshFilesOptions) {
    this.#options = options;
  }

  /** See `Connection.put`. */
  async put(local: LocalPath, to: RemotePath, call: Call, { onProgress }: FileTransferOptions = {}): Promise<FileReceipt> {
    const startedAt = this.#now();
    const file = await this.#options.digests.of(local);
    const way = await this.#turns.take(to.toLowerCase(), () => this.#upload(file, to, onProgress, call));
    return { path: to, sizeBytes: file.sizeBytes, sha256: file.sha256, durationMs: this.#now() - startedAt, way };
  }

  /** See `Connection.get`. */
  async get(from: RemotePath, to: LocalPath, call: Call, { onProgress }: FileTransferOptions = {}): Promise<FileReceipt> {
    const startedAt = this.#now();
    const facts = await this.#turns.take(to, () => this.#download(from, to, undefined, onProgress, call));
    return { path: to, ...facts, durationMs: this.#now() - startedAt, way: WAY };
  }

  /** See `Connection.putDirectory`. */
  async putDirectory(local: LocalPath, to: RemotePath, call: Call, { onProgress }: FileTransferOptions = {}): Promise<DirectoryReceipt> {
    const startedAt = this.#now();
    await using packed = await packDirectory(local, call);
    const { files, unpackedBytes: sizeBytes, treeSha256, sha256 } = packed;
    const receipt = (way: string): DirectoryReceipt => ({
      path: to,
      files,
      sizeBytes,
      treeSha256,
      durationMs: this.#now() - startedAt,
      way,
    });
    return await this.#turns.take(to.toLowerCase(), async () => {
      const there = await this.#ask('take', to, this.#options.guest.treeDigest(to, call));
      if (there?.treeSha256 === treeSha256) {
        onProgress?.(packed.sizeBytes, packed.sizeBytes);
        return receipt('already-there');
      }
      if (there !== undefined) throw LabError.of('copy.exists', { path: to });
      const archive = `${to}.${sha256.slice(0, 16)}.lab-archive.zip` as RemotePath;
      await this.#upload({ path: packed.archive, sizeBytes: packed.sizeBytes, sha256 }, archive, onProgress, call);
      const placed = await this.#ask('take', to, this.#options.guest.placeTree(archive, to, treeSha256, call));
      if (placed.treeSha256 !== treeSha256)
        throw LabError.of('copy.tree-mismatch', { path: to, actual: placed.treeSha256, expected: treeSha256 });
      return receipt(WAY);
    });
  }

  /** See `Connection.getDirectory`. */
  async getDirectory(from: RemotePath, to: LocalPath, call: Call, { onProgress }: FileTransferOptions = {}): Promise<DirectoryReceipt> {
    const startedAt = this.#now();
    const archive = `${from}.${randomBytes(8).toString('hex')}.lab-archive.zip` as RemotePath;
    const scratch = await mkdtemp(path.join(os.tmpdir(), 'anivault-lab-copy-'));
    try {
      const packed = await this.#ask('give out', from, this.#options.guest.packTree(from, archive, call));
      const local = path.join(scratch, 'folder.zip') as LocalPath;
      await this.#download(archive, local, packed.archive, onProgress, call);
      const unpacked = await unpackDirectory(local, to, packed.treeSha256, from, call);
      return { path: to, ...unpacked, treeSha256: packed.treeSha256, durationMs: this.#now() - startedAt, way: WAY };
    } finally {
      await rm(scratch, { recursive: true, force: true });
      await this.#remove(archive);
    }
  }

  async #upload(file: LocalFile, to: RemotePath, onProgress: FileTransferOptions['onProgress'], call: Call): Promise<string> {
    const onArrived = rising((bytes) => onProgress?.(bytes, file.sizeBytes));
    let server: OpenFileServer | undefined;
    try {
      const open = (server = await this.#options.server(call));
      const digest = (target: RemotePath, sizeBytes: number): Promise<Sha256> => this.#digest(open.sftp, target, sizeBytes, call);
      const sending = { file, to, digest, onArrived };
      const there = await isThere(open.sftp, sending, call);
      if (!there) await upload(open.sftp, sending, call);
      onArrived(file.sizeBytes);
      return there ? 'already-there' : WAY;
    } catch (error) {
      // The digest may have been of an earlier state of the file; the next attempt computes it anew.
      this.#options.digests.forget(file.path);
      const failure = await this.#translate(error, 'ssh.upload-refused', to, server, call);
      if (!server?.lost.aborted) await this.#remove(partOf(to, file.sha256));
      throw failure;
    }
  }

  async #download(
    from: RemotePath,
    to: LocalPath,
    known: FileFacts | undefined,
    onProgress: FileTransferOptions['onProgress'],
    call: Call,
  ): Promise<FileFacts> {
    let server: OpenFileServer | undefined;
    try {
      const { sftp, lost } = (server = await this.#options.server(call));
      const facts = known ?? (await this.#factsOf(sftp, from, call));
      const onArrived = rising((bytes) => onProgress?.(bytes, facts.sizeBytes));
      await download(sftp, { from, facts, to, onArrived }, () => lost.aborted, call);
      onArrived(facts.sizeBytes);
      return facts;
    } catch (error) {
      throw await this.#translate(error, 'ssh.download-refused', from, server, call);
    }
  }

  async #factsOf(sftp: SftpClient, from: RemotePath, call: Call): Promise<FileFacts> {
    const found = await inTime(sftp.stat(sftpPathOf(from)), call);
    if (found === undefined || found.isFolder)
      throw LabError.of('ssh.download-refused', { path: from, reason: found ? 'it is a folder' : 'there is no such file' });
    const { sizeBytes } = found;
    return { sizeBytes, sha256: await this.#digest(sftp, from, sizeBytes, call) };
  }

  /** The file server computes it where it can; otherwise a process of the guest does. */
  async #digest(sftp: SftpClient, file: RemotePath, sizeBytes: number, call: Call): Promise<Sha256> {
    if (sizeBytes === 0) return sha256Of('');
    if (sftp.digests) return (await inTime(sftp.digest(sftpPathOf(file), sizeBytes), call)) as Sha256;
    const found = await this.#options.guest.digest(file, call);
    if (found === undefined) throw new GuestRefused('it is gone');
    return found.sha256;
  }

  async #ask<T>(what: string, folder: RemotePath, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof GuestRefused) throw LabError.of('copy.archive-refused', { what, path: folder, reason: error.message });
      throw error;
    }
  }

  /** What to tell of a failure: a connection that broke is told as that, whatever else failed because of it. */
  async #translate(error: unknown, refusal: Refusal, file: RemotePath, server: OpenFileServer | undefined, call: Call): Promise<unknown> {
    if (call.signal.aborted || !(error instanceof SftpGone || error instanceof SftpFailure || error instanceof GuestRefused)) return error;
    if (error instanceof SftpGone && server && !server.lost.aborted) {
      const moment = AbortSignal.any([server.lost, AbortSignal.timeout(LOST_MS)]);
      await new Promise<void>((resolve) => moment.addEventListener('abort', () => resolve(), { once: true }));
    }
    if (server?.lost.aborted) return server.lost.reason;
    return LabError.of(refusal, { path: file, reason: plain(error.message) || 'it gave no reason' }, { cause: error });
  }

  /** Removes what is of no use any more, whatever became of the call. */
  async #remove(file: RemotePath): Promise<void> {
    const own: Call = { signal: AbortSignal.timeout(CLEAN_UP_MS), deadline: { remainingMs: () => CLEAN_UP_MS } };
    try {
      const { sftp } = await this.#options.server(own);
      await inTime(sftp.remove(sftpPathOf(file)), own);
    } catch {
      // Mostly there is nothing to remove; and the error that led here is the one to tell.
    }
  }

  #now(): number {
    return this.#options.clock.monotonicMs();
  }
}

/** Leaves out figures that do not rise. */
function rising(tell: (bytes: number) => void): (bytes: number) => void {
  let last = -1;
  return (bytes) => {
    if (bytes <= last) return;
    last = bytes;
    tell(bytes);
  };
}
