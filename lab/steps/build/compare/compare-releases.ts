import { sha256Of } from '../../../host/hash.ts';
import { compareExecutables } from './compare-executables.ts';
import { compareTarballs } from './compare-tarballs.ts';
import { compareZips } from './compare-zips.ts';
import { type Compare, differentBytes } from './difference.ts';
import type { Reproduction } from './reproduction.ts';

/** A release with all its bytes. */
export interface ReleaseBytes {
  /** The bundle's files by their paths. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The archives that were made of them, by their names. Only those that both have are compared. */
  readonly archives: ReadonlyMap<string, Uint8Array>;
}

const MOST_FOR_A_FILE = 10;
const compareBytes: Compare = (first, second) => differentBytes('content', first, second);

/** Compares two releases file by file and archive by archive. Pure. `made` says for a reader what the two are. */
export function compareReleases(first: ReleaseBytes, second: ReleaseBytes, made: readonly [string, string]): Reproduction {
  const files: Reproduction['files'] = [];
  const differences: Reproduction['differences'] = [];
  const look = (path: string, a: Uint8Array | undefined, b: Uint8Array | undefined): void => {
    const [x, y] = [a && sha256Of(a), b && sha256Of(b)];
    files.push({ path, same: x === y, ...(x ? { first: x } : {}), ...(y ? { second: y } : {}) });
    if (x === y) return;
    const found = a === undefined || b === undefined ? differentBytes('file', a, b) : comparisonOf(path)(a, b);
    differences.push(...found.slice(0, MOST_FOR_A_FILE).map((one) => ({ path, ...one })));
  };
  for (const path of new Set([...first.files.keys(), ...second.files.keys()].toSorted()))
    look(path, first.files.get(path), second.files.get(path));
  for (const [name, bytes] of first.archives) if (second.archives.has(name)) look(name, bytes, second.archives.get(name));
  return { $schema: 'reproduction.v1.json', same: files.every(({ same }) => same), made: [...made], files, differences };
}

function comparisonOf(path: string): Compare {
  if (/\.(?:exe|dll)$/i.test(path)) return compareExecutables;
  if (path.endsWith('.zip')) return compareZips;
  return path.endsWith('.tar.gz') ? compareTarballs : compareBytes;
}
