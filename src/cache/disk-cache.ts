import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ProgramError, writeProblem } from '../core/program-error.ts';
import { renameOver } from '../core/rename-over.ts';
import { makeEntry, readEntry } from './entry.ts';
import { appendFigures, type CacheFigures, emptyFigures } from './figures.ts';
import { trimCache } from './trim.ts';

/** An answer found in the cache. */
export interface CachedValue {
  /** JSON text, exactly as it was put in. */
  readonly value: string;
  readonly storedAt: number;
  readonly fresh: boolean;
}

/**
 * Answers on the disk, one file each. Any number of processes may use it at once: a file is only ever replaced as a whole, and one that is not what it
 * should be is put aside and counts as not there.
 */
export interface DiskCache extends AsyncDisposable {
  readonly folder: string;
  readonly get: (name: string) => Promise<CachedValue | undefined>;
  readonly put: (name: string, value: string, keepForMs: number) => Promise<void>;
  /** Counts an answer that was given although it was past its time. */
  readonly countStale: () => void;
  /** Of this process, so far. */
  readonly figures: () => CacheFigures;
}

export interface DiskCacheOptions {
  /** Bound for all entries together. The oldest used ones go first. */
  readonly mostBytes?: number;
  readonly now?: () => number;
}

export const DEFAULT_CACHE_BYTES = 512 * 2 ** 20;
/** Longest file that can be an entry; a longer one is not even read. */
export const MOST_ENTRY_BYTES = 32 * 2 ** 20;
/** A process looks at the whole folder at its first write, and again each time it has written this share of the bound. */
const TRIM_SHARE = 1 / 32;
/** How exactly the time of the last use is kept. */
const TOUCH_MS = 60_000;

/** Where the entry of a name is, below the folder of the cache: depends on nothing but the name. */
export function entryFile(name: string): string {
  const digest = createHash('sha256').update(name).digest('hex');
  return path.join('entries', digest.slice(0, 2), `${digest.slice(2)}.json`);
}

/** Opens the cache in a folder, which need not exist. Writes its figures when it is disposed of. */
export function openDiskCache(folder: string, options: DiskCacheOptions = {}): DiskCache {
  const { mostBytes = DEFAULT_CACHE_BYTES, now = Date.now } = options;
  let figures = emptyFigures;
  let written = Number.POSITIVE_INFINITY;
  const add = (what: keyof CacheFigures, by = 1): void => {
    figures = { ...figures, [what]: figures[what] + by };
  };

  const quarantine = async (file: string, why: string): Promise<void> => {
    const aside = path.join(
      folder,
      'quarantine',
      `${path.basename(file, '.json')}.${why.replaceAll(' ', '-')}.${randomBytes(3).toString('hex')}`,
    );
    try {
      await mkdir(path.dirname(aside), { recursive: true });
      await rename(file, aside);
      add('quarantined');
    } catch (error) {
      // Another process put it aside or replaced it: either is as good.
      if (!isGone(error)) await rm(file, { force: true, recursive: true }).catch(() => {});
    }
  };

  const write = async (name: string, text: string): Promise<void> => {
    const file = path.join(folder, entryFile(name));
    const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
    try {
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(temporary, text, { flag: 'wx', mode: 0o600 });
      await renameOver(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw unusable(error, folder);
    }
    written += Buffer.byteLength(text);
    if (written > mostBytes * TRIM_SHARE) {
      written = 0;
      add('evicted', await trimCache(folder, mostBytes, now()));
    }
  };

  return {
    folder,
    get: async (name) => {
      const file = path.join(folder, entryFile(name));
      const text = await textOf(file, folder);
      if (text === undefined) {
        add('misses');
        return undefined;
      }
      const read = readEntry(text, name);
      switch (read.kind) {
        case 'newer':
          add('misses');
          return undefined;
        case 'corrupt':
          await quarantine(file, read.why);
          add('misses');
          return undefined;
        case 'entry': {
          const { value, storedAt, freshUntil } = read.entry;
          // A clock that was wrong when it was written must not keep an entry for ever.
          const fresh = now() < freshUntil && storedAt <= now() + TOUCH_MS;
          add(fresh ? 'hits' : 'expired');
          if (read.migrated) await write(name, JSON.stringify(read.entry));
          else await touch(file, now());
          return { value, storedAt, fresh };
        }
      }
    },
    put: async (name, value, keepForMs) => {
      await write(name, JSON.stringify(makeEntry(name, value, now(), keepForMs)));
      add('stored');
    },
    countStale: () => add('stale'),
    figures: () => figures,
    [Symbol.asyncDispose]: async () => {
      await appendFigures(folder, figures, now());
      figures = emptyFigures;
    },
  };
}

async function textOf(file: string, folder: string): Promise<string | undefined> {
  try {
    const { size } = await stat(file);
    return size > MOST_ENTRY_BYTES ? '' : await readFile(file, 'utf8');
  } catch (error) {
    if (isGone(error)) return undefined;
    // A folder in the place of an entry.
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') return '';
    throw unusable(error, folder);
  }
}

/** The time of change is the time of the last use: no file has to be written to keep it. */
async function touch(file: string, now: number): Promise<void> {
  try {
    const { mtimeMs } = await stat(file);
    if (Math.abs(now - mtimeMs) > TOUCH_MS) await utimes(file, now / 1000, now / 1000);
  } catch {
    // It went away, or may not be touched: then it is only older than it could be.
  }
}

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Something else is where the cache's folders belong: nothing but clearing helps. */
function unusable(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'EISDIR' || code === 'ELOOP') {
    return new ProgramError('cache-corrupt', `${folder} is not a cache any more (${code})`, error);
  }
  return writeProblem(error, folder);
}
