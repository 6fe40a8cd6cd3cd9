import path from 'node:path';
import type { BundleManifest } from '../../core/bundle.ts';
import type { Call } from '../../core/call.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import { cachedFolder, pruneCached } from '../../host/cached-folder.ts';
import { removeTree } from '../../host/files.ts';
import type { Folders } from '../../host/folders.ts';
import { sha256Of } from '../../host/hash.ts';
import { type BytesSeen, streamPlainFile, writeNewFile } from '../../host/plain-file.ts';
import { manifestText } from './manifest.ts';

/** Where archives are kept, and what decides their bytes beside what is in them. */
export interface ArchiveReuse {
  readonly folders: Folders;
  /** Digest of the lab itself and of the packages that pack. */
  readonly code: Sha256;
}

/** An archive to be had. */
export interface WantedArchive {
  readonly kind: 'zip' | 'tarball';
  readonly fileName: string;
  readonly manifest: BundleManifest;
  /** Packs it and reads it back; throws when it is not what the manifest says. */
  readonly make: (archive: LocalPath, call: Call) => Promise<BytesSeen>;
}

/** Each has tens of megabytes. */
const MOST_KEPT = 3;

/**
 * Packs an archive into a folder, or takes the one that was packed of the very same files before. A manifest names every byte that goes in, so the
 * same manifest, packed by the same lab, is the same archive. What is taken is hashed on its way and must be what was read back then; otherwise it is
 * thrown away and packed anew.
 */
export async function archiveOrReuse(
  wanted: WantedArchive,
  into: LocalPath,
  reuse: ArchiveReuse | undefined,
  call: Call,
): Promise<BytesSeen> {
  const { fileName, manifest } = wanted;
  const target = path.join(into, fileName) as LocalPath;
  if (reuse === undefined) return await wanted.make(target, call);
  const kind = `bundle-${wanted.kind}`;
  const recipe = { fileName, manifest: sha256Of(manifestText(manifest)), code: reuse.code };
  const key = sha256Of(JSON.stringify(recipe));
  const { folder, about } = await cachedFolder(
    reuse.folders,
    {
      kind,
      recipe,
      make: async (fresh, making) => {
        const { sha256 } = await wanted.make(path.join(fresh, fileName) as LocalPath, making);
        return { files: [fileName], about: { sha256, key } };
      },
    },
    call,
  );
  // The folder's name holds only the beginning of what decides.
  if (about['key'] === key) {
    const taken = await writeNewFile(target, await streamPlainFile(path.join(folder, fileName)), call.signal);
    if (taken.sha256 === about['sha256']) {
      await pruneCached(reuse.folders, kind, MOST_KEPT);
      return taken;
    }
  }
  await Promise.all([removeTree(folder), removeTree(target)]);
  return await wanted.make(target, call);
}
