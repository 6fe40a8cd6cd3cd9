import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { ProviderProgress } from '../../core/guest.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import { exec } from '../exec.ts';
import { sha256OfFile } from '../hash.ts';
import { type PrivateApt, privateApt } from './apt.ts';

/** A package file that was fetched and checked. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly file: LocalPath;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
}

interface Offered {
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface DebianPackagesWanted {
  /** Debian's name of the release: `trixie`. */
  readonly suite: string;
  /** Names; dependencies are not followed. */
  readonly packages: readonly string[];
  /** Where apt keeps its state and the files: what an interrupted call had fetched is used again by the next. One caller at a time. */
  readonly folder: LocalPath;
  readonly onProgress: (progress: ProviderProgress) => void;
}

const PROGRESS_EVERY_MS = 500;

/**
 * Fetches packages from the host's Debian mirror, the newest of the suite. apt checks the signature of the index; each file is then checked
 * against the digest in it.
 */
export async function fetchDebianPackages(wanted: DebianPackagesWanted, call: Call): Promise<readonly DebianPackage[]> {
  const { suite, packages, folder, onProgress } = wanted;
  const apt = await privateApt(folder, suite, call);
  const downloads = path.join(folder, 'downloads') as LocalPath;
  const nowhere = path.join(folder, 'empty') as LocalPath;
  for (const needed of [downloads, nowhere]) await mkdir(needed, { recursive: true });
  onProgress({ what: `read the package index of Debian ${suite}` });
  await runOrThrow(apt, ['update', '-qq', '--error-on=any'], folder, call);
  // apt leaves out what lies in its working directory already.
  const offered = parseUris(await runOrThrow(apt, ['download', '--print-uris', ...packages], nowhere, call));
  const missing = packages.filter((name) => !offered.some((offer) => offer.name === name));
  if (missing.length > 0) throw LabError.of('host.apt-failed', { what: missing.join(', '), reason: `not offered by Debian ${suite}` });
  await download(apt, packages, offered, downloads, onProgress, call);
  return Promise.all(
    offered.map(async (offer) => {
      const file = path.join(downloads, offer.fileName) as LocalPath;
      const sha256 = await sha256OfFile(file, call.signal);
      if (sha256 !== offer.sha256)
        throw LabError.of('host.debian-package-altered', { package: offer.name, expected: offer.sha256, found: sha256 });
      return { name: offer.name, version: offer.version, file, sizeBytes: offer.sizeBytes, sha256 };
    }),
  );
}

/** Unpacks packages over each other into `root`, two at a time; their scripts are not run. */
export async function unpackDebianPackages(packages: readonly DebianPackage[], root: LocalPath, call: Call): Promise<void> {
  const waiting = packages.toSorted((a, b) => b.sizeBytes - a.sizeBytes);
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await unpack(next, root, call);
  };
  await Promise.all([worker(), worker()]);
}

// 'http://mirror/pool/main/b/bash/bash_5.2.37-2%2bb10_amd64.deb' bash_5.2.37-2+b10_amd64.deb 1512345 SHA256:9f86…
const URI_LINE = /^'[^']+' (([^_\s/]+)_([^_\s/]+)_[^_\s/]+\.deb) (\d+) SHA256:([0-9a-f]{64})$/;

/** Reads what `apt-get download --print-uris` prints. File names keep apt's escapes (`%3a`), versions do not. */
export function parseUris(text: string): readonly Offered[] {
  return text.split('\n').flatMap((line) => {
    const [, fileName, name, version, size, sha256] = URI_LINE.exec(line.trim()) ?? [];
    if (!fileName || !name || !version || !size || !sha256) return [];
    return [{ name, version: decodeURIComponent(version), fileName, sizeBytes: Number(size), sha256 }];
  });
}

async function download(
  apt: PrivateApt,
  packages: readonly string[],
  offered: readonly Offered[],
  downloads: LocalPath,
  onProgress: (progress: ProviderProgress) => void,
  call: Call,
): Promise<void> {
  const total = offered.reduce((sum, offer) => sum + offer.sizeBytes, 0);
  const what = `fetch ${offered.length} Debian packages (${Math.round(total / 1e6)} MB)`;
  const tell = async (): Promise<void> => onProgress({ what, done: Math.min(await sizeOfFiles(downloads), total), total, unit: 'bytes' });
  await tell();
  const timer = setInterval(() => void tell(), PROGRESS_EVERY_MS);
  try {
    await runOrThrow(apt, ['download', '-qq', ...packages], downloads, call);
  } finally {
    clearInterval(timer);
  }
  await tell();
}

async function sizeOfFiles(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(path.join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function runOrThrow(apt: PrivateApt, args: readonly string[], cwd: LocalPath, call: Call): Promise<string> {
  const result = await apt.run(args, cwd, call);
  if (result.exitCode === 0) return result.stdout;
  if (/No space left|not enough free space|ENOSPC/i.test(result.stderr)) throw LabError.of('file.disk-full', { path: cwd });
  const reason = result.stderr.trim().split('\n').slice(-3).join(' · ').slice(0, 500);
  if (args[0] === 'update' || /resolve|connect|unreachable|Failed to fetch/i.test(result.stderr))
    throw LabError.of('host.no-debian-network', { reason });
  throw LabError.of('host.apt-failed', { what: `apt-get ${args[0]}`, reason });
}

async function unpack(wanted: DebianPackage, root: LocalPath, call: Call): Promise<void> {
  const result = await exec('dpkg-deb', ['-x', wanted.file, root], call).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw LabError.of('host.no-apt', { program: 'dpkg-deb' }, { cause: error });
    throw error;
  });
  call.signal.throwIfAborted();
  if (result.exitCode === 0) return;
  if (result.stderr.includes('No space left')) throw LabError.of('file.disk-full', { path: root });
  throw LabError.of('host.unpack-failed', { file: path.basename(wanted.file), reason: result.stderr.trim().slice(0, 500) });
}
