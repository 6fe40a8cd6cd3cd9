import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { ProviderProgress } from '../../core/guest.ts';
import type { LocalPath } from '../../core/ids.ts';
import { cachedFolder } from '../../host/cached-folder.ts';
import { type ExecResult, exec } from '../../host/exec.ts';
import type { Folders } from '../../host/folders.ts';
import { limited } from './limit.ts';
import { endLoosePrograms, removeLeftovers } from './leftovers.ts';
import { removeFolder } from './remove-folder.ts';
import type { PreparedPrefix, Wall, WineStep } from './wall.ts';
import { asBuild, osVersionOf } from './windows-version.ts';
import type { WineRoot } from './wine-root.ts';

/** What a fresh guest starts from: read-only prefixes to be laid over each other, the lowest first. */
export interface Template {
  readonly layers: readonly LocalPath[];
}

export interface TemplateSource {
  readonly folders: Folders;
  readonly root: WineRoot;
  readonly wall: Wall;
  readonly onProgress: (progress: ProviderProgress) => void;
}

const LIMIT_MS = 180_000;
const BASE = 'wine-base';
const VERSION = 'wine-windows';
const PREFIX = 'prefix';

// Nothing draws: no display is looked for.
const BASE_REGISTRY = 'REGEDIT4\r\n\r\n[HKEY_CURRENT_USER\\Software\\Wine\\Drivers]\r\n"Graphics"="null"\r\n';
// The server writes the registry when it ends.
const FLUSH: readonly WineStep[] = [
  { run: 'wineserver', args: ['-k'] },
  { run: 'wineserver', args: ['-w'] },
];
const ASK_VERSION: readonly WineStep[] = [{ run: 'wine', args: ['cmd', '/d', '/c', 'ver'] }, ...FLUSH];
const MAKE_BASE: readonly WineStep[] = [
  { run: 'wine', args: ['wineboot', '--init'] },
  { run: 'wine', args: ['regedit', '/S', 'X:\\base.reg'] },
  ...ASK_VERSION,
];

const baseRecipe = ({ root, wall }: Pick<TemplateSource, 'root' | 'wall'>): { kind: string; recipe: unknown } => ({
  kind: BASE,
  recipe: { layout: 1, root: path.basename(root.folder), wall: wall.id, steps: MAKE_BASE, registry: BASE_REGISTRY },
});

const versionRecipe = (base: LocalPath, build: number): { kind: string; recipe: unknown } => ({
  kind: `${VERSION}-${build}`,
  recipe: { layout: 1, base: path.basename(base), build },
});

/**
 * Gives the template of a Windows build, making it on first use: a base prefix that all builds share, made by Wine itself, and on it a layer
 * whose registry names the build. Both are asked for their version before they are published.
 */
export async function template(source: TemplateSource, build: number, call: Call): Promise<Template> {
  const base = await basePrefix(source, call);
  const layer = await cachedFolder(
    source.folders,
    {
      ...versionRecipe(base, build),
      make: async (into, makeCall) => {
        source.onProgress({ what: `make the template of Windows build ${build}` });
        const layerFolder = path.join(into, PREFIX) as LocalPath;
        await mkdir(layerFolder);
        const registry = await readFile(path.join(base, PREFIX, 'system.reg'), 'utf8');
        await writeFile(path.join(layerFolder, 'system.reg'), asBuild(registry, build));
        await verify(source, [path.join(base, PREFIX) as LocalPath, layerFolder], build, into, makeCall);
        return { files: [`${PREFIX}/system.reg`], about: { windows: osVersionOf(build) } };
      },
    },
    call,
  );
  return templateOf(base, layer.folder);
}

const templateOf = (base: LocalPath, layer: LocalPath): Template => ({
  layers: [path.join(base, PREFIX) as LocalPath, path.join(layer, PREFIX) as LocalPath],
});

async function basePrefix(source: TemplateSource, call: Call): Promise<LocalPath> {
  const { folders, wall, onProgress } = source;
  const base = await cachedFolder(
    folders,
    {
      ...baseRecipe(source),
      onWait: (holder) => {
        // The templates of other builds wait for it in this very process.
        if (holder.pid !== process.pid) onProgress({ what: `wait for process ${holder.pid} to make the Wine prefix` });
      },
      make: async (into, makeCall) => {
        onProgress({ what: `make the Wine ${source.root.wineVersion} prefix` });
        const registryFile = path.join(into, 'base.reg') as LocalPath;
        await writeFile(registryFile, BASE_REGISTRY);
        const prefix = await wall.prepare({
          folder: into,
          from: 'fresh',
          hostName: 'TEMPLATE',
          drive: { 'base.reg': registryFile },
          // Otherwise wineboot asks whether to fetch Mono and Gecko.
          env: { WINEDLLOVERRIDES: 'mscoree,mshtml=' },
        });
        const result = await runSteps(prefix, into, MAKE_BASE, 'making the Wine prefix', makeCall);
        if (!/Windows 10\.0\.\d+/.test(result.stdout))
          throw LabError.of('wine.template-failed', { what: 'prefix', output: shortened(result) });
        await tidy(into);
        const made = ['system.reg', 'user.reg', 'drive_c/windows/system32/ntdll.dll', 'drive_c/windows/system32/cmd.exe'];
        return { files: made.map((name) => `${PREFIX}/${name}`), about: { wine: source.root.wineVersion } };
      },
    },
    call,
  );
  return base.folder;
}

/** Leaves the prefix alone: no serial ports, no sockets, no files of Wine's server. */
async function tidy(folder: LocalPath): Promise<void> {
  const devices = path.join(folder, PREFIX, 'dosdevices');
  for (const name of await readdir(devices)) if (name !== 'c:' && name !== 'x:') await rm(path.join(devices, name), { force: true });
  await rm(path.join(folder, PREFIX, 'wineserver'), { force: true });
  for (const name of await readdir(folder)) if (name !== PREFIX) await removeFolder(path.join(folder, name));
}

/** Starts a throw-away guest from the layers and asks it for its version. */
async function verify(source: TemplateSource, layers: readonly LocalPath[], build: number, into: LocalPath, call: Call): Promise<void> {
  const folder = path.join(into, 'trial') as LocalPath;
  await mkdir(folder);
  const prefix = await source.wall.prepare({ folder, from: layers, hostName: 'TRIAL', drive: {}, env: {} });
  const result = await runSteps(prefix, folder, ASK_VERSION, `asking the template of build ${build} for its version`, call);
  if (!result.stdout.includes(`Windows ${osVersionOf(build)}`))
    throw LabError.of('wine.template-failed', { what: `template of build ${build}`, output: shortened(result) });
  await removeLeftovers(prefix.leftovers);
}

async function runSteps(
  prefix: PreparedPrefix,
  kept: LocalPath,
  steps: readonly WineStep[],
  what: string,
  call: Call,
): Promise<ExecResult> {
  const { program, args, env, cwd } = prefix.program({ kind: 'steps', steps });
  try {
    return await limited(what, LIMIT_MS, call, async (limitedCall) => {
      const result = await exec(program, args, limitedCall, { env, cwd, onlyEnv: true });
      limitedCall.signal.throwIfAborted();
      return result;
    });
  } finally {
    await endLoosePrograms(prefix.leftovers);
    // The prefix' own folder is what was to be made.
    const { folders } = prefix.leftovers;
    await removeLeftovers({ folders: folders.filter((folder) => folder !== kept) });
  }
}

const shortened = (result: ExecResult): string => `${result.stdout}${result.stderr}`.trim().slice(-500) || `exit code ${result.exitCode}`;
