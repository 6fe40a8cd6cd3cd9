import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import { cachedFolder, pruneCached } from '../../host/cached-folder.ts';
import { filesBelow, removeTree } from '../../host/files.ts';
import type { Folders } from '../../host/folders.ts';
import { sha256Of } from '../../host/hash.ts';
import { digestPlainFile, streamPlainFile, writeNewFile } from '../../host/plain-file.ts';
import type { Assembled, Assembly } from './assemble-executable.ts';

const KIND = 'executable';
/** Each has a hundred megabytes. */
const MOST_KEPT = 3;

/** Digests of everything that decides what the executable's bytes are, the lab's own code that puts them together included. */
export async function recipeOf(assembly: Assembly): Promise<unknown> {
  const { product, version, fileName, code, assets, icon, packager } = assembly;
  const builder = (await filesBelow(import.meta.dirname)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const digest = async (name: string): Promise<Sha256> =>
    (await digestPlainFile(path.join(import.meta.dirname, name), new AbortController().signal)).sha256;
  return {
    product,
    version,
    fileName,
    packager: { name: packager.name, recipe: packager.recipe },
    runtime: packager.runtime.component.files,
    program: sha256Of(code),
    assets: [...assets].map(([name, bytes]) => [name, sha256Of(bytes)]),
    icon: sha256Of(icon),
    builder: await Promise.all(builder.map(async (name) => [name, await digest(name)])),
  };
}

/**
 * Assembles the executable, or takes the one that was assembled of the very same things before. What is taken is hashed on its way and must be what
 * was read back then; otherwise it is thrown away and assembled anew.
 */
export async function assembleOrReuse(
  folders: Folders,
  recipe: unknown,
  assembly: Assembly,
  into: LocalPath,
  call: Call,
): Promise<Assembled> {
  const { fileName, onProgress } = assembly;
  let isFresh = false;
  const { folder, about } = await cachedFolder(
    folders,
    {
      kind: KIND,
      recipe,
      make: async (fresh, making) => {
        isFresh = true;
        const { sha256, runtimeBytes } = await assemble(assembly, fresh, making);
        return { files: [fileName], about: { sha256, runtimeBytes: String(runtimeBytes) } };
      },
    },
    call,
  );
  if (!isFresh) onProgress('take the executable that was built of the same things before');
  const copied = await writeNewFile(path.join(into, fileName), await streamPlainFile(path.join(folder, fileName)), call.signal);
  if (copied.sha256 !== about['sha256']) {
    onProgress('what was kept has changed: build it anew');
    await Promise.all([removeTree(folder), removeTree(path.join(into, fileName))]);
    return assemble(assembly, into, call);
  }
  await pruneCached(folders, KIND, MOST_KEPT);
  return { ...copied, runtimeBytes: Number(about['runtimeBytes']) };
}

/** What assembles is large, and needed only when something has changed. */
const assemble = async (assembly: Assembly, folder: LocalPath, call: Call): Promise<Assembled> =>
  (await import('./assemble-executable.ts')).assembleExecutable(assembly, folder, call);
