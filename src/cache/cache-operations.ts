import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { ProgramError, writeProblem } from '../core/program-error.ts';
import { type CacheFigures, hitRate, readFigures } from './figures.ts';
import { filesOf } from './trim.ts';

/** What there is in a cache. */
export interface CacheReport {
  readonly folder: string;
  readonly entries: number;
  readonly bytes: number;
  readonly mostBytes: number;
  /** Entries past their time: of use only offline. */
  readonly expired: number;
  readonly quarantined: number;
  /** Last use of the entry that would go first, milliseconds since 1970. */
  readonly oldestUse: number | undefined;
  readonly total: CacheFigures;
  readonly last: CacheFigures | undefined;
  /** Share of fresh answers, 0 to 1, over all uses and in the last one. */
  readonly hitRate: number | undefined;
  readonly lastHitRate: number | undefined;
}

// "freshUntil":1767323045000
const FRESH_UNTIL = /"freshUntil":(\d{1,16})/;
const READ_AT_ONCE = 32;

/** Looks at a cache without changing it. Throws a `ProgramError` `cache-corrupt` when something else is in its place. */
export async function showCache(folder: string, mostBytes: number, now: number): Promise<CacheReport> {
  for (const part of ['.', 'entries', 'quarantine']) await mustBeFolder(path.join(folder, part), folder);
  const entries = (await filesOf(path.join(folder, 'entries'))).filter(({ file }) => file.endsWith('.json'));
  const quarantined = await filesOf(path.join(folder, 'quarantine'));
  const { total, last } = await readFigures(folder);
  let expired = 0;
  for (let start = 0; start < entries.length; start += READ_AT_ONCE) {
    const texts = await Promise.all(
      entries.slice(start, start + READ_AT_ONCE).map(async ({ file }) => readFile(file, 'utf8').catch(() => '')),
    );
    expired += texts.filter((text) => Number(FRESH_UNTIL.exec(text)?.[1] ?? 0) <= now).length;
  }
  return {
    folder,
    entries: entries.length,
    bytes: entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    mostBytes,
    expired,
    quarantined: quarantined.length,
    oldestUse: entries.length === 0 ? undefined : Math.min(...entries.map(({ usedAt }) => usedAt)),
    total,
    last,
    hitRate: hitRate(total),
    lastHitRate: last === undefined ? undefined : hitRate(last),
  };
}

/** Removes every entry, all that was put aside, and the figures. Programs that use the cache go on with an empty one. Gives what went. */
export async function clearCache(folder: string): Promise<{ readonly entries: number; readonly bytes: number }> {
  const files = await filesOf(folder);
  try {
    // A folder that fills while it is emptied takes another turn; so does a file that Windows holds for a moment.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  } catch (error) {
    const problem = writeProblem(error, folder);
    throw problem instanceof ProgramError ? problem : new ProgramError('state-busy', `${folder} fills while it is emptied`, error);
  }
  return {
    entries: files.filter(({ file }) => file.startsWith(path.join(folder, 'entries'))).length,
    bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

async function mustBeFolder(place: string, cache: string): Promise<void> {
  try {
    if ((await stat(place)).isDirectory()) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw writeProblem(error, place);
  }
  throw new ProgramError('cache-corrupt', `${cache} is not a cache any more`);
}
