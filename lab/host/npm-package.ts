import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Call } from '../core/call.ts';
import { LabError } from '../core/error.ts';
import type { LocalPath } from '../core/ids.ts';
import { exec } from './exec.ts';

/** A package as the lock file pins it. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity: `sha512-` and base64. */
  readonly integrity: string;
}

const lockFile = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), integrity: z.string().optional() })),
});

const packed = z.array(z.object({ filename: z.string() })).length(1);

/** Reads the pin of a top-level package from `package-lock.json`. */
export async function readLockedPackage(projectRoot: LocalPath, name: string): Promise<LockedPackage> {
  const file = path.join(projectRoot, 'package-lock.json');
  const unknown = (cause: unknown): LabError => LabError.of('host.package-unpinned', { package: name, file }, { cause });
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unknown(error);
  });
  const { version, integrity } = lockFile.parse(JSON.parse(text)).packages[`node_modules/${name}`] ?? {};
  if (version === undefined || !integrity?.startsWith('sha512-')) throw unknown(undefined);
  return { name, version, integrity };
}

/**
 * Fetches the archive of a pinned package with npm, from npm's own cache when it is there, and checks it against the pin. The archive lies in
 * `into` afterwards. Throws when npm is missing, when it cannot fetch, and when the bytes are not those that the lock file names.
 */
export async function fetchNpmPackage(wanted: LockedPackage, projectRoot: LocalPath, into: LocalPath, call: Call): Promise<LocalPath> {
  const what = `${wanted.name}@${wanted.version}`;
  const args = ['pack', what, '--json', '--prefer-offline', '--ignore-scripts', '--pack-destination', into];
  // The project's folder brings the project's .npmrc with it.
  const result = await exec('npm', args, call, { cwd: projectRoot }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw LabError.of('host.no-npm', { package: what }, { cause: error });
    throw error;
  });
  call.signal.throwIfAborted();
  if (result.exitCode !== 0) {
    if (result.stderr.includes('ENOSPC')) throw LabError.of('file.disk-full', { path: into });
    throw LabError.of('host.npm-failed', { package: what, reason: lastLines(result.stderr) });
  }
  const archive = path.join(into, path.basename(packed.parse(JSON.parse(result.stdout))[0]?.filename ?? '')) as LocalPath;
  const found = await integrityOf(archive);
  if (found !== wanted.integrity) throw LabError.of('host.package-altered', { package: what, expected: wanted.integrity, found });
  return archive;
}

/** Subresource integrity of a file: `sha512-` and base64. */
export async function integrityOf(file: string): Promise<string> {
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  return `sha512-${hash.digest('base64')}`;
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' · ').slice(0, 500);
