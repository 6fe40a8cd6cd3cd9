import path from 'node:path';
import type { Call } from '../../../core/call.ts';
import type { LocalPath } from '../../../core/ids.ts';
import { exists, readTextIfThere, writeFileAtomic } from '../../../host/files.ts';
import { sha256OfFile } from '../../../host/hash.ts';
import { type Downloaded, downloadBox } from './download-box.ts';
import type { PinnedBox } from './pinned-box.ts';

export interface MirrorOptions {
  /** A folder that is kept, or served. */
  readonly to: LocalPath;
  readonly from?: string;
  readonly onProgress: (doneBytes: number, totalBytes: number | undefined) => void;
}

/** What a copy turned out to be. `pinned`: the catalogue has this digest. Otherwise it has none, and a person has to decide. */
export interface Mirrored extends Downloaded {
  readonly file: LocalPath;
  readonly pinned: boolean;
}

const SUMS = 'SHA256SUMS';

/** Keeps a copy of a box, whether or not the catalogue knows its digest, and adds it to the `SHA256SUMS` beside it. A whole copy is not fetched again. */
export async function mirrorBox(box: PinnedBox, { to, from, onProgress }: MirrorOptions, call: Call): Promise<Mirrored> {
  const name = `${box.box.name}-${box.box.version}-${box.hypervisor}.box`;
  const file = path.join(to, name) as LocalPath;
  const sums = path.join(to, SUMS);
  const known = linesOf(await readTextIfThere(sums));
  const there = (await exists(file)) ? await sha256OfFile(file, call.signal) : undefined;
  const expected = box.sha256;
  const sources = [...(from === undefined ? [] : [from]), box.download.url, ...box.download.mirrors];
  const whole = there !== undefined && (expected === undefined ? known.get(name) === there : there === expected);
  const got: Downloaded = whole
    ? { sha256: there, sizeBytes: 0, source: file }
    : await downloadBox({ box: box.box.name, sources, target: file, sha256: expected, onProgress }, call);
  const lines = [...known.set(name, got.sha256)].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([each, sha256]) => `${sha256}  ${each}\n`);
  await writeFileAtomic(sums, lines.join(''));
  return { ...got, file, pinned: expected !== undefined };
}

/** Reads what `sha256sum` writes: `<digest>  <name>`. */
function linesOf(text: string | undefined): Map<string, string> {
  const found = (text ?? '').split('\n').flatMap((line) => {
    const [, sha256, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    return sha256 !== undefined && name !== undefined ? [[name, sha256] as const] : [];
  });
  return new Map(found);
}
