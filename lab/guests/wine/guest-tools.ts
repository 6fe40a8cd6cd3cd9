import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import type { Call } from '../../core/call.ts';
import type { LocalPath } from '../../core/ids.ts';
import { cachedFolder } from '../../host/cached-folder.ts';
import type { Folders } from '../../host/folders.ts';
import { sha256Of } from '../../host/hash.ts';
import { bundleGuestTool } from '../../toolkit/agent/bundle-guest-tool.ts';

/** Programs of the lab that run inside the guest, each one file. */
export interface GuestTools {
  /** The resident agent. */
  readonly agent: LocalPath;
  /** What answers the toolkit's questions. */
  readonly toolkit: LocalPath;
  /** What lets a walled-off guest fetch files from this host. Runs on Linux, beside Wine. */
  readonly gateway: LocalPath;
}

const AGENT = 'agent.cjs';
const TOOLKIT = 'toolkit.cjs';
const GATEWAY = 'gateway.cjs';
const NAMES = [AGENT, TOOLKIT, GATEWAY];

/** Bundles the tools; the cache keeps a folder for each state of their sources. */
export async function guestTools(folders: Folders, call: Call): Promise<GuestTools> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'anivault-lab-tools-'));
  try {
    const fresh = (name: string): string => path.join(folder, name);
    await Promise.all([
      bundled('agent', 'agent.ts', fresh(AGENT)),
      bundled('gateway', 'gateway.ts', fresh(GATEWAY)),
      bundleGuestTool(fresh(TOOLKIT)),
    ]);
    const digests = await Promise.all(NAMES.map(async (name) => sha256Of(await readFile(fresh(name)))));
    const cached = await cachedFolder(
      folders,
      {
        kind: 'wine-tools',
        recipe: { layout: 2, digests },
        make: async (into) => {
          await mkdir(into, { recursive: true });
          for (const name of NAMES) await copyFile(fresh(name), path.join(into, name));
          return { files: NAMES, about: {} };
        },
      },
      call,
    );
    const kept = (name: string): LocalPath => path.join(cached.folder, name) as LocalPath;
    return { agent: kept(AGENT), toolkit: kept(TOOLKIT), gateway: kept(GATEWAY) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundled(folder: string, entry: string, outFile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    absWorkingDir: path.join(import.meta.dirname, folder),
    outfile: outFile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    charset: 'utf8',
    legalComments: 'none',
    tsconfigRaw: '{}',
    logLevel: 'silent',
  });
}
