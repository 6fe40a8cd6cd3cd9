import { type BigIntStats } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { sameFileKey } from '../windows/names.ts';
import type { Sight, Sights } from './decide.ts';
import { fingerprint } from './fingerprint.ts';
import type { MoveRecord } from './move-record.ts';

/** Looks at the two places of a move. Throws what the operating system says, when it is anything else than that nothing is there. */
export async function observe(record: Pick<MoveRecord, 'paths' | 'sizeBytes' | 'fingerprint'>): Promise<Sights> {
  const { start, end } = record.paths;
  const [atStart, atEnd] = await Promise.all([start, end].map(lookAt));
  return {
    start: await sightOf(start, atStart, record),
    end: await sightOf(end, atEnd, record),
    oneFile: await areNamesOfOne(start, atStart, end, atEnd),
  };
}

async function lookAt(file: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(file, { bigint: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function sightOf(
  file: string,
  found: BigIntStats | undefined,
  { sizeBytes, fingerprint: wanted }: Pick<MoveRecord, 'sizeBytes' | 'fingerprint'>,
): Promise<Sight> {
  if (found === undefined) return 'absent';
  if (!found.isFile()) return 'other';
  if (found.size === BigInt(sizeBytes) && (await fingerprint(file)).fingerprint === wanted) return 'ours';
  return found.size === 0n ? 'empty' : 'other';
}

/** Two names of one file, and not one name that two paths lead to, as with a folder that is a link: removing that one would remove the file. */
async function areNamesOfOne(a: string, one: BigIntStats | undefined, b: string, other: BigIntStats | undefined): Promise<boolean> {
  if (one === undefined || other === undefined || !one.isFile()) return false;
  if (one.ino !== other.ino || one.dev !== other.dev || one.nlink < 2n) return false;
  if (sameFileKey(path.basename(a)) !== sameFileKey(path.basename(b))) return true;
  const [folder, otherFolder] = await Promise.all([a, b].map((file) => realpath(path.dirname(file))));
  return folder !== otherFolder;
}
