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
}

const AGENT = 'agent.cjs';
const TOOLKIT = 'toolkit.cjs';

/** Bundles the tools; the cache keeps a folder for each state of their sources. */
export async function guestTools(folders: Folders, call: Call): Promise<GuestTools> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'anivault-lab-tools-'));
  try {
    const fresh = (name: string): string => path.join(folder, name);
    await Promise.all([bundleAgent(fresh(AGENT)), bundleGuestTool(fresh(TOOLKIT))]);
    const digests = await Promise.all([AGENT, TOOLKIT].map(async (name) => sha256Of(await readFile(fresh(name)))));
    const cached = await cachedFolder(
      folders,
      {
        kind: 'wine-tools',
        recipe: { layout: 1, digests },
        make: async (into) => {
          await mkdir(into, { recursive: true });
          for (const name of [AGENT, TOOLKIT]) await copyFile(fresh(name), path.join(into, name));
          return { files: [AGENT, TOOLKIT], about: {} };
        },
      },
      call,
    );
    return { agent: path.join(cached.folder, AGENT) as LocalPath, toolkit: path.join(cached.folder, TOOLKIT) as LocalPath };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundleAgent(outFile: string): Promise<void> {
  await build({
    entryPoints: ['agent.ts'],
    absWorkingDir: path.join(import.meta.dirname, 'agent'),
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
