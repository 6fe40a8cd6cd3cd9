import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Call } from '../core/call.ts';
import type { LocalPath, Sha256 } from '../core/ids.ts';
import { foldersBelow, readTextIfThere, writeError, writeFileAtomic } from './files.ts';
import type { Folders } from './folders.ts';
import { sha256Of, sha256OfFile } from './hash.ts';
import { type LockHolder, takeLock } from './lock.ts';

/** Something that is fetched or made once and kept in the cache as a folder. */
export interface CachedFolder {
  /** What it is, in a file name: `windows-node`. */
  readonly kind: string;
  /** Everything that decides what comes out. Its digest is part of the folder's name, so that a changed recipe makes a new folder. */
  readonly recipe: unknown;
  /** Fills the empty folder `into`; names the files in it that prove it whole, and says for the marker what it is made of. */
  readonly make: (
    into: LocalPath,
    call: Call,
  ) => Promise<{ readonly files: readonly string[]; readonly about: Readonly<Record<string, string>> }>;
  /** Told when somebody is making it right now, maybe this process. */
  readonly onWait?: (holder: LockHolder) => void;
}

const marker = z.strictObject({
  format: z.literal(1),
  about: z.record(z.string(), z.string()),
  files: z.record(z.string(), z.strictObject({ sizeBytes: z.int(), modifiedMs: z.number(), sha256: z.string() })),
});
type Marker = z.infer<typeof marker>;

export interface Cached {
  readonly folder: LocalPath;
  /** What the maker said it is made of: names and versions. */
  readonly about: Readonly<Record<string, string>>;
  /** Digests of the files that prove it whole, as they were when it was made. */
  readonly digests: Readonly<Record<string, Sha256>>;
}

const MARKER = 'complete.json';
const DIGEST_CHARACTERS = 12;

/** Where a cached folder is or will be. */
export const cachedFolderPath = (folders: Folders, wanted: Pick<CachedFolder, 'kind' | 'recipe'>): LocalPath =>
  path.join(folders.cache, `${wanted.kind}-${sha256Of(JSON.stringify(wanted.recipe)).slice(0, DIGEST_CHARACTERS)}`) as LocalPath;

/**
 * Looks a folder up without making it, and stamps it as used now. Whole means: its marker is there, and each file the marker names has its size and
 * its time, or failing that its digest.
 */
export async function findCached(folders: Folders, wanted: Pick<CachedFolder, 'kind' | 'recipe'>): Promise<Cached | undefined> {
  const folder = cachedFolderPath(folders, wanted);
  // Stamped before the look: whoever prunes either sees the stamp or has taken the folder away already. A cache of somebody else cannot be stamped.
  const now = new Date();
  await utimes(folder, now, now).catch(() => {});
  const text = await readTextIfThere(path.join(folder, MARKER));
  if (text === undefined) return undefined;
  const parsed = marker.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  for (const [name, expected] of Object.entries(parsed.data.files)) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found?.size !== expected.sizeBytes) return undefined;
    if (found.mtimeMs !== expected.modifiedMs && (await sha256OfFile(file)) !== expected.sha256) return undefined;
  }
  return { folder, about: parsed.data.about, digests: digestsIn(parsed.data) };
}

/**
 * Gives a cached folder, making it when it is not there or not whole. One process at a time makes it, the others wait and then find it. It is made
 * under another name, marked complete last and renamed into place: a killed maker leaves nothing that is taken for whole.
 */
export async function cachedFolder(folders: Folders, wanted: CachedFolder, call: Call): Promise<Cached> {
  const found = await findCached(folders, wanted);
  if (found) return found;
  const folder = cachedFolderPath(folders, wanted);
  await using _lock = await takeLock(folder, `make ${path.basename(folder)}`, wanted.onWait ?? (() => {}), call);
  const madeMeanwhile = await findCached(folders, wanted);
  if (madeMeanwhile) return madeMeanwhile;
  const partial = `${folder}.partial` as LocalPath;
  try {
    await removeTree(partial);
    await mkdir(partial, { recursive: true });
    const { files, about } = await wanted.make(partial, call);
    const whole = await describe(partial, files, about);
    await writeFileAtomic(path.join(partial, MARKER), JSON.stringify(whole, null, 2));
    call.signal.throwIfAborted();
    await removeTree(folder);
    await rename(partial, folder);
    return { folder, about, digests: digestsIn(whole) };
  } catch (error) {
    await removeTree(partial).catch(() => {});
    throw isOfTheDisk(error) ? writeError(error, partial) : error;
  }
}

/** A program that cannot be started has a system call too (`spawn`, `spawn apt-get`), and says nothing about the folder. */
function isOfTheDisk(error: unknown): boolean {
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall !== undefined && !syscall.startsWith('spawn');
}

/**
 * Removes a folder of the cache. It is moved away first: a killed removal leaves nothing that looks whole, and what a killed maker had started may
 * write into it for a moment longer.
 */
async function removeTree(folder: string): Promise<void> {
  const old = `${folder}.${randomBytes(4).toString('hex')}.old`;
  try {
    await rename(folder, old);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // What is not removed now is in nobody's way.
  await rm(old, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
}

async function describe(folder: string, files: readonly string[], about: Readonly<Record<string, string>>): Promise<Marker> {
  const entries = await Promise.all(
    files.map(async (name) => {
      const file = path.join(folder, name);
      const { size, mtimeMs } = await stat(file);
      return [name, { sizeBytes: size, modifiedMs: mtimeMs, sha256: await sha256OfFile(file) }] as const;
    }),
  );
  return { format: 1, about: { ...about }, files: Object.fromEntries(entries) };
}

const digestsIn = ({ files }: Marker): Cached['digests'] =>
  Object.fromEntries(Object.entries(files).map(([name, { sha256 }]) => [name, sha256 as Sha256]));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Removes all but the newest `most` folders of a kind. One that cannot be removed is left for the next time. */
export async function pruneCached(folders: Folders, kind: string, most: number): Promise<void> {
  const names = (await foldersBelow(folders.cache)).filter(
    (name) => name.startsWith(`${kind}-`) && name.length === kind.length + 1 + DIGEST_CHARACTERS,
  );
  const aged = await Promise.all(
    names.map(async (name) => ({
      name,
      madeMs: (await stat(path.join(folders.cache, name, MARKER)).catch(() => undefined))?.mtimeMs ?? 0,
    })),
  );
  const old = aged.toSorted((a, b) => b.madeMs - a.madeMs).slice(most);
  await Promise.all(old.map(({ name }) => removeTree(path.join(folders.cache, name)).catch(() => {})));
}

/** A folder that was removed from the cache, and when it was last used. */
export interface Pruned {
  readonly name: string;
  readonly usedAt: Date;
}

// wine-base-25091c91715e
const NAME = /^(.+)-[0-9a-f]{12}$/;

/**
 * Removes the folders that nobody has looked up since an instant, whatever they hold. Of each kind the one used last stays, so that what is current
 * stays too. Safe while others use the cache: a folder is taken away under the lock of its maker, and given back when somebody looked it up meanwhile.
 * One that cannot be removed is left for the next time.
 */
export async function pruneUnused(folders: Folders, unusedSince: Date, call: Call): Promise<readonly Pruned[]> {
  const aged = await Promise.all(
    (await foldersBelow(folders.cache)).flatMap((name) => {
      const kind = NAME.exec(name)?.[1];
      const folder = path.join(folders.cache, name);
      return kind === undefined ? [] : [stat(folder).then(({ mtime }) => ({ kind, name, folder, usedAt: mtime }))];
    }),
  );
  const newestFirst = aged.toSorted((a, b) => b.usedAt.getTime() - a.usedAt.getTime());
  const old = newestFirst.filter(
    ({ kind, usedAt }, index) => usedAt < unusedSince && newestFirst.findIndex((other) => other.kind === kind) !== index,
  );
  const removed: Pruned[] = [];
  for (const { name, folder, usedAt } of old) {
    await using _lock = await takeLock(folder, `remove ${name}`, () => {}, call);
    if (await removeUnlessUsed(folder, unusedSince).catch(() => false)) removed.push({ name, usedAt });
  }
  return removed;
}

async function removeUnlessUsed(folder: string, unusedSince: Date): Promise<boolean> {
  if ((await stat(folder)).mtime >= unusedSince) return false;
  const away = `${folder}.${randomBytes(4).toString('hex')}.old`;
  await rename(folder, away);
  if ((await stat(away)).mtime >= unusedSince) {
    await rename(away, folder);
    return false;
  }
  await rm(away, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  return true;
}
