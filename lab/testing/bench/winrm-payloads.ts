import { createCipheriv } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openProject } from '../../cli/project.ts';
import { prepareRelease } from '../../cli/prepare-release.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import { Masker } from '../../core/secret.ts';
import { runStep } from '../../engine/run-step.ts';
import { systemClock } from '../../host/clock.ts';
import { foldersIn } from '../../host/folders.ts';
import { sha256OfFile } from '../../host/hash.ts';
import type { BenchContext } from './bench-definition.ts';

/** A file to be copied. */
export interface Payload {
  readonly name: string;
  readonly path: LocalPath;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
}

/** A folder that is gone with what holds it. */
export interface ScratchPlace extends AsyncDisposable {
  readonly folder: string;
}

export async function scratchPlace(): Promise<ScratchPlace> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'anivault-bench-payload-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

const CHUNK_BYTES = 1 << 20;

/** Bytes that no compression makes fewer, and the same ones every time: the key stream of a cipher whose key is the seed. */
export async function incompressible(folder: string, sizeBytes: number, seed = 'anivault'): Promise<Payload> {
  const file = path.join(folder, `${seed}-${sizeBytes}.bin`) as LocalPath;
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  const zeros = Buffer.alloc(CHUNK_BYTES);
  await pipeline(function* keyStream() {
    for (let left = sizeBytes; left > 0; left -= CHUNK_BYTES) yield cipher.update(zeros.subarray(0, Math.min(left, CHUNK_BYTES)));
  }, createWriteStream(file));
  return { name: `${sizeBytes / 1e6} MB`, path: file, sizeBytes, sha256: await sha256OfFile(file) };
}

/** The zip of a real release, made by the lab's own steps. */
export async function realBundle({ root, call, say }: BenchContext, folder: string): Promise<Payload> {
  const silent = { write: () => {} };
  const context = { stdout: silent, stderr: silent, environment: process.env, cwd: root, signal: call.signal };
  const project = await openProject({}, context);
  const limitMs = project.config.timeouts.buildSeconds * 1000;
  await using prepared = await prepareRelease(
    project,
    {
      clock: systemClock,
      folders: foldersIn(process.env),
      signing: { environment: process.env, masker: new Masker() },
      destination: path.join(folder, 'release') as LocalPath,
    },
    (step, work, describe) => {
      say(step);
      return runStep(step, limitMs, { clock: systemClock, emit: () => {}, ...(describe ? { describe } : {}) }, work, call);
    },
    call,
  );
  const { archive } = prepared.release;
  return { name: `the bundle (${(archive.sizeBytes / 1e6).toFixed(1)} MB)`, ...archive };
}

/** The head of a payload, for ways that would take too long over all of it. */
export async function headOf(payload: Payload, sizeBytes: number): Promise<Payload> {
  if (payload.sizeBytes <= sizeBytes) return payload;
  const file = `${payload.path}.head-${sizeBytes}` as LocalPath;
  await using from = await open(payload.path, 'r');
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0; at < sizeBytes;) at += (await from.read(bytes, at, sizeBytes - at, at)).bytesRead;
  await using to = await open(file, 'w');
  await to.writeFile(bytes);
  return {
    name: `${sizeBytes / 1e6} MB of ${payload.name}`,
    path: file,
    sizeBytes: (await stat(file)).size,
    sha256: await sha256OfFile(file),
  };
}
