import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { LabError } from '../../core/error.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import { sha256OfFile } from '../../host/hash.ts';

/** A file on this machine as it was when it was last looked at. */
export interface LocalFile {
  readonly path: LocalPath;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
}

const MOST_REMEMBERED = 64;

async function statFile(path: LocalPath): Promise<BigIntStats> {
  try {
    const stats = await stat(path, { bigint: true });
    if (stats.isFile()) return stats;
  } catch (error) {
    throw LabError.of('file.unreadable', { path, reason: (error as NodeJS.ErrnoException).code ?? String(error) }, { cause: error });
  }
  throw LabError.of('file.unreadable', { path, reason: 'it is no file' });
}

/** Digests of local files, computed once for each state of a file (path, size, time of change) however many guests get it. */
export class FileDigests {
  readonly #known = new Map<string, Promise<Sha256>>();

  /** Rejects with `file.unreadable` when there is no such file to read. */
  async of(path: LocalPath): Promise<LocalFile> {
    const { size, mtimeNs } = await statFile(path);
    const key = `${size}:${mtimeNs}:${path}`;
    let digest = this.#known.get(key);
    if (digest === undefined) {
      // Not bound to any caller's signal: others may be waiting for the same digest.
      digest = sha256OfFile(path);
      digest.catch(() => this.#known.delete(key));
      this.#known.set(key, digest);
      const [oldest] = this.#known.keys();
      if (this.#known.size > MOST_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    }
    return { path, sizeBytes: Number(size), sha256: await digest };
  }

  /** Forgets what is known of a file: it turned out to be wrong. */
  forget(path: LocalPath): void {
    for (const key of this.#known.keys()) if (key.endsWith(`:${path}`)) this.#known.delete(key);
  }
}
