import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** A file of the cache. */
export interface CacheFile {
  readonly file: string;
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
}

/** Room that trimming leaves, so that not every write needs one. */
const TRIM_TO = 0.9;
const QUARANTINE_SHARE = 0.05;
const LEFTOVER_MS = 3_600_000;

/** Every file below a folder of the cache. What goes away meanwhile is left out. */
export async function filesOf(folder: string): Promise<readonly CacheFile[]> {
  const found: CacheFile[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const about = await stat(file).catch(() => undefined);
    if (about) found.push({ file, sizeBytes: about.size, usedAt: about.mtimeMs });
  }
  return found;
}

/**
 * Keeps a cache within its bound: entries that were not used for longest go first, what killed programs left behind goes as well, and of what was put
 * aside a little is kept to look at. Gives the number of entries that went. Two processes that trim at once remove no more than they would together.
 */
export async function trimCache(folder: string, mostBytes: number, now: number): Promise<number> {
  const files = await filesOf(path.join(folder, 'entries'));
  const leftovers = files.filter(({ file, usedAt }) => file.endsWith('.tmp') && now - usedAt > LEFTOVER_MS);
  for (const { file } of leftovers) await remove(file);
  await removeOldest(await filesOf(path.join(folder, 'quarantine')), mostBytes * QUARANTINE_SHARE, mostBytes * QUARANTINE_SHARE);
  return removeOldest(
    files.filter(({ file }) => file.endsWith('.json')),
    mostBytes,
    mostBytes * TRIM_TO,
  );
}

async function removeOldest(files: readonly CacheFile[], above: number, downTo: number): Promise<number> {
  let bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (bytes <= above) return 0;
  let removed = 0;
  for (const { file, sizeBytes } of files.toSorted((a, b) => a.usedAt - b.usedAt)) {
    if (bytes <= downTo) break;
    await remove(file);
    bytes -= sizeBytes;
    removed += 1;
  }
  return removed;
}

/** A file that somebody has open on Windows stays until the next time. */
const remove = async (file: string): Promise<void> => rm(file, { force: true }).catch(() => {});
