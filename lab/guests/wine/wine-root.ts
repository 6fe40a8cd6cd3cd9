import { copyFile, mkdir, open, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { ProviderProgress } from '../../core/guest.ts';
import type { LocalPath } from '../../core/ids.ts';
import { type Cached, cachedFolder, findCached } from '../../host/cached-folder.ts';
import { fetchDebianPackages, unpackDebianPackages } from '../../host/debian/debian-packages.ts';
import type { Folders } from '../../host/folders.ts';

/** The Linux programs that embedded guests are made of, unpacked into a folder: Wine, bubblewrap and the libraries they need. */
export interface WineRoot {
  /** Holds `usr`. */
  readonly folder: LocalPath;
  /** `10.0` */
  readonly wineVersion: string;
  /** `0.12.0` */
  readonly bubblewrapVersion: string;
}

const SUITE = 'trixie';
// Not libfreetype6: with it, making a prefix waits for ever for a desktop window.
const PACKAGES = (
  'libwine wine64 wine bubblewrap libc6 libgcc-s1 libunwind8 liblzma5 dash coreutils libtinfo6 libselinux1 libpcre2-8-0 libacl1 libattr1 ' +
  'libgmp10 libssl3t64 libcap2 libsystemd0 zlib1g libz-mingw-w64 libc-bin'
).split(' ');
const RECIPE = { layout: 2, suite: SUITE, packages: PACKAGES };
const KIND = 'wine-root';

/** What a whole root must have, below its folder. */
const PROOF = [
  'usr/lib/wine/wine64',
  'usr/lib/wine/wineserver64',
  'usr/bin/bwrap',
  'usr/bin/dash',
  'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
  'usr/lib/x86_64-linux-gnu/libc.so.6',
  'usr/lib/x86_64-linux-gnu/wine/x86_64-unix/ntdll.so',
  'usr/lib/x86_64-linux-gnu/wine/x86_64-windows/ntdll.dll',
  'usr/lib/x86_64-linux-gnu/wine/x86_64-windows/zlib1.dll',
  'usr/share/wine/wine.inf',
];

/** Gives the root, fetching and unpacking it on first use. Later calls use no network. Safe when several processes call it at once. */
export async function wineRoot(folders: Folders, onProgress: (progress: ProviderProgress) => void, call: Call): Promise<WineRoot> {
  const cached = await cachedFolder(
    folders,
    {
      kind: KIND,
      recipe: RECIPE,
      onWait: (holder) => onProgress({ what: `wait for process ${holder.pid} to fetch Wine` }),
      make: async (into, makeCall) => {
        const downloads = path.join(folders.cache, `${KIND}.downloads`) as LocalPath;
        const packages = await fetchDebianPackages({ suite: SUITE, packages: PACKAGES, folder: downloads, onProgress }, makeCall);
        onProgress({ what: 'unpack Wine' });
        await unpackDebianPackages(packages, into, makeCall);
        await finish(into);
        await rm(downloads, { recursive: true, force: true });
        return { files: PROOF, about: Object.fromEntries(packages.map((one) => [one.name, one.version])) };
      },
    },
    call,
  );
  return described(cached);
}

/** The root when it is in the cache already; never fetches. */
export async function findWineRoot(folders: Folders): Promise<WineRoot | undefined> {
  const cached = await findCached(folders, { kind: KIND, recipe: RECIPE });
  return cached && described(cached);
}

function described(cached: Cached): WineRoot {
  const version = (name: string): string => {
    // 10.0~repack-6, 1:0.12.0-1~deb13u1
    const upstream = /^(?:\d+:)?([0-9.]+)/.exec(cached.about[name] ?? '')?.[1];
    if (upstream === undefined)
      throw LabError.of('file.invalid', { file: cached.folder, format: 'a Wine root', problems: `no version of ${name}` });
    return upstream;
  };
  return { folder: cached.folder, wineVersion: version('libwine'), bubblewrapVersion: version('bubblewrap') };
}

/** Does what the packages' own scripts would have done, as far as Wine needs it. */
async function finish(root: LocalPath): Promise<void> {
  await markAsBuiltin(root);
  // Shell scripts that Wine would prefer to the programs named in its environment.
  for (const name of ['wineserver', 'wineapploader']) await rm(path.join(root, 'usr/lib/wine', name), { force: true });
  // 20 MB of texts that nobody reads there.
  for (const name of ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'var'])
    await rm(path.join(root, name), { recursive: true, force: true });
  await mkdir(path.join(root, 'etc'), { recursive: true });
  await writeFile(path.join(root, 'etc/passwd'), 'guest:x:1000:1000::/guest/home:/bin/sh\n');
}

/**
 * Puts zlib1.dll among Wine's own libraries and gives it their mark (in the DOS stub, 64 bytes into the file), as the installation script of
 * Debian's libwine does. Without it shell32.dll cannot be loaded and programs hang.
 */
async function markAsBuiltin(root: LocalPath): Promise<void> {
  const from = path.join(root, 'usr/x86_64-w64-mingw32/lib');
  const name = (await readdir(from)).find((file) => /^zlib.*\.dll$/.test(file));
  if (name === undefined) throw LabError.of('file.invalid', { file: from, format: 'a folder of libz-mingw-w64', problems: 'no zlib*.dll' });
  const to = path.join(root, 'usr/lib/x86_64-linux-gnu/wine/x86_64-windows', name);
  await copyFile(path.join(from, name), to);
  const file = await open(to, 'r+');
  const mark = Buffer.alloc(32);
  mark.write('Wine builtin DLL', 'latin1');
  await file.write(mark, 0, mark.length, 64);
  await file.close();
  if ((await readFile(to)).subarray(64, 80).toString('latin1') !== 'Wine builtin DLL')
    throw LabError.of('file.unwritable', { path: to, reason: 'the mark is not there' });
}
