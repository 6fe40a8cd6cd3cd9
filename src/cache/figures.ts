import { appendFile, mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { writeFileAtomic } from '../core/write-file-atomic.ts';

/** How a cache was used. */
export interface CacheFigures {
  /** Found and fresh. */
  readonly hits: number;
  readonly misses: number;
  /** Found, but past their time; `stale` of these were given all the same. */
  readonly expired: number;
  readonly stale: number;
  readonly stored: number;
  readonly evicted: number;
  readonly quarantined: number;
}

export const emptyFigures: CacheFigures = { hits: 0, misses: 0, expired: 0, stale: 0, stored: 0, evicted: 0, quarantined: 0 };

const count = z.int().min(0);
const line = z.object({
  at: count,
  hits: count,
  misses: count,
  expired: count,
  stale: count,
  stored: count,
  evicted: count,
  quarantined: count,
});

const FILE = 'figures.ndjson';
const MOST_BYTES = 65_536;

/** Share of the questions that the cache answered with something fresh; `undefined` without any question. */
export function hitRate(figures: CacheFigures): number | undefined {
  const asked = figures.hits + figures.misses + figures.expired;
  return asked === 0 ? undefined : figures.hits / asked;
}

/** Adds the figures of one use as one line. Does nothing for an unused cache, and gives up silently where it cannot write: figures are not worth a failure. */
export async function appendFigures(folder: string, figures: CacheFigures, at: number): Promise<void> {
  if (Object.values(figures).every((value) => value === 0)) return;
  const file = path.join(folder, FILE);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // One write at the end of the file: lines of several processes do not mix.
    await appendFile(file, `${JSON.stringify({ at, ...figures })}\n`, { mode: 0o600 });
    if ((await stat(file)).size > MOST_BYTES) {
      const { total, last } = await readFigures(folder);
      // The last one stands alone at the end. A line that another process adds at this very moment is lost.
      const before = combine(total, last ?? emptyFigures, -1);
      await writeFileAtomic(file, `${JSON.stringify({ at, ...before })}\n${JSON.stringify({ at, ...last })}\n`);
    }
  } catch {
    // See above.
  }
}

/** The figures of all uses and of the last one. Lines that are torn or not understood are left out. */
export async function readFigures(folder: string): Promise<{ readonly total: CacheFigures; readonly last: CacheFigures | undefined }> {
  let text = '';
  try {
    text = await readFile(path.join(folder, FILE), 'utf8');
  } catch {
    // No figures yet.
  }
  let total = emptyFigures;
  let last: CacheFigures | undefined;
  for (const one of text.split('\n')) {
    const read = line.safeParse(jsonOrNothing(one)).data;
    if (read === undefined) continue;
    const { at: _, ...figures } = read;
    total = combine(total, figures, 1);
    last = figures;
  }
  return { total, last };
}

const combine = (a: CacheFigures, b: CacheFigures, sign: 1 | -1): CacheFigures => ({
  hits: a.hits + sign * b.hits,
  misses: a.misses + sign * b.misses,
  expired: a.expired + sign * b.expired,
  stale: a.stale + sign * b.stale,
  stored: a.stored + sign * b.stored,
  evicted: a.evicted + sign * b.evicted,
  quarantined: a.quarantined + sign * b.quarantined,
});

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
