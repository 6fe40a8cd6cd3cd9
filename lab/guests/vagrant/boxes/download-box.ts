import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Call } from '../../../core/call.ts';
import { LabError } from '../../../core/error.ts';
import type { LocalPath, Sha256 } from '../../../core/ids.ts';
import { readTextIfThere, writeError, writeFileAtomic } from '../../../host/files.ts';
import { takeLock } from '../../../host/lock.ts';

export interface DownloadOptions {
  /** For errors. */
  readonly box: string;
  /** URLs (http, https, file) or paths of this machine, tried in this order. */
  readonly sources: readonly string[];
  /** Where the finished file goes; beside it lies what is there of an unfinished one. */
  readonly target: LocalPath;
  /** What it has to be. Absent: whatever it is, its digest is given. */
  readonly sha256: Sha256 | undefined;
  readonly onProgress: (doneBytes: number, totalBytes: number | undefined) => void;
}

export interface Downloaded {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly source: string;
}

/** A source that fails in the middle is asked again where it stopped, and so often without having given anything. */
const FRUITLESS_ATTEMPTS = 2;

/**
 * Fetches a file as large as a box: goes on where an earlier try or process stopped, tries one source after the other, and gives the file its name
 * only when its digest is right. A wrong one is removed (`vagrant.box-mismatch`). One process at a time fetches to a target.
 */
export async function downloadBox(options: DownloadOptions, call: Call): Promise<Downloaded> {
  const { target, box } = options;
  await mkdir(path.dirname(target), { recursive: true });
  await using _lock = await takeLock(`box ${target}`, `fetch the box ${box}`, () => {}, call);
  const partial = `${target}.partial`;
  let last: unknown;
  for (const source of options.sources) {
    for (let fruitless = 0; fruitless < FRUITLESS_ATTEMPTS;) {
      const before = await sizeOf(partial);
      try {
        const sha256 = await fetchInto(partial, source, options, call);
        if (options.sha256 !== undefined && sha256 !== options.sha256) {
          await forget(partial);
          throw LabError.of('vagrant.box-mismatch', { file: source, expected: options.sha256, actual: sha256 });
        }
        const sizeBytes = await sizeOf(partial);
        await rename(partial, target);
        await forget(partial);
        return { sha256, sizeBytes, source };
      } catch (error) {
        call.signal.throwIfAborted();
        if (error instanceof LabError) throw error;
        if (isDiskProblem(error)) throw writeError(error, partial);
        last = error;
        fruitless = (await sizeOf(partial)) > before ? 0 : fruitless + 1;
      }
    }
  }
  const reason = last instanceof Error ? describe(last) : 'no source is known';
  throw LabError.of('vagrant.box-download-failed', { box, url: options.sources.join(', '), reason }, { cause: last });
}

const describe = (error: Error): string => (error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message);
const isDiskProblem = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );
/** Removes an unfinished file and what is known of where it came from. */
const forget = async (partial: string): Promise<void> => {
  await Promise.all([rm(partial, { force: true }), rm(`${partial}.source`, { force: true })]);
};

/** Fetches what is missing of a file and gives the digest of all of it. */
async function fetchInto(partial: string, source: string, { onProgress }: DownloadOptions, call: Call): Promise<Sha256> {
  const there = await sizeOf(partial);
  const known = await readTextIfThere(`${partial}.source`);
  const stream = await openSource(source, there, known, call.signal);
  const hash = createHash('sha256');
  await using file = await open(partial, stream.startsAt === 0 ? 'w' : 'r+');
  if (stream.startsAt > 0) await hashStart(file, stream.startsAt, hash, call.signal);
  await writeFileAtomic(`${partial}.source`, stream.identity);
  let done = stream.startsAt;
  onProgress(done, stream.totalBytes);
  for await (const piece of stream.body) {
    call.signal.throwIfAborted();
    const bytes = piece as Uint8Array;
    await file.write(bytes, 0, bytes.byteLength, done);
    hash.update(bytes);
    done += bytes.byteLength;
    onProgress(done, stream.totalBytes);
  }
  if (stream.totalBytes !== undefined && done !== stream.totalBytes)
    throw new Error(`it ended after ${done} of ${stream.totalBytes} bytes`);
  await file.truncate(done);
  return hash.digest('hex') as Sha256;
}

async function hashStart(file: FileHandle, length: number, hash: Hash, signal: AbortSignal): Promise<void> {
  const piece = Buffer.allocUnsafe(1 << 20);
  for (let at = 0; at < length;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, length - at), at);
    if (bytesRead === 0) throw new Error('the unfinished file is shorter than it was');
    hash.update(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
}

interface Source {
  readonly body: AsyncIterable<unknown>;
  readonly startsAt: number;
  readonly totalBytes: number | undefined;
  /** Tells one state of the source from another: going on is right only while it stays. */
  readonly identity: string;
}

async function openSource(source: string, there: number, known: string | undefined, signal: AbortSignal): Promise<Source> {
  if (!/^https?:/.test(source)) return openFile(source.startsWith('file:') ? fileURLToPath(source) : source, there, known);
  const tag = known?.startsWith(`${source}\n`) ? known.slice(source.length + 1) : undefined;
  const resume = there > 0 && tag !== undefined && tag !== '';
  const answer = await fetch(source, { signal, headers: resume ? { range: `bytes=${there}-`, 'if-range': tag } : {} });
  // The whole file is there already, or more than there is.
  if (resume && answer.status === 416) {
    await answer.body?.cancel();
    return openSource(source, 0, undefined, signal);
  }
  if (!answer.ok || answer.body === null) {
    await answer.body?.cancel();
    throw new Error(`${source} answered ${answer.status} ${answer.statusText}`);
  }
  const partialAnswer = answer.status === 206;
  // bytes 1000-1999/2000
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers.get('content-range') ?? '');
  if (partialAnswer && Number(range?.[1]) !== there) throw new Error(`${source} went on somewhere else than it was asked to`);
  const length = answer.headers.get('content-length');
  return {
    // As it is: a stream of Node's would throw out of nowhere when it breaks before it is read.
    body: answer.body,
    startsAt: partialAnswer ? there : 0,
    totalBytes: partialAnswer ? Number(range?.[2]) : length === null ? undefined : Number(length),
    // Weak tags do not promise the same bytes (RFC 9110, section 13.1.5).
    identity: `${source}\n${strongTag(answer.headers.get('etag')) ?? answer.headers.get('last-modified') ?? ''}`,
  };
}

const strongTag = (tag: string | null): string | undefined => (tag === null || tag.startsWith('W/') ? undefined : tag);

async function openFile(file: string, there: number, known: string | undefined): Promise<Source> {
  const { size, mtimeMs } = await stat(file);
  const identity = `${file}\n${size} ${mtimeMs}`;
  const startsAt = known === identity && there <= size ? there : 0;
  return { body: createReadStream(file, { start: startsAt }), startsAt, totalBytes: size, identity };
}
