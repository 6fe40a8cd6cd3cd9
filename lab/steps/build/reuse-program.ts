import path from 'node:path';
import { z } from 'zod';
import type { Call } from '../../core/call.ts';
import type { Sha256 } from '../../core/ids.ts';
import { cachedFolder, findCached, pruneCached } from '../../host/cached-folder.ts';
import { readBytesIfThere, readTextIfThere, removeTree, writeFileAtomic } from '../../host/files.ts';
import type { Folders } from '../../host/folders.ts';
import { sha256Of } from '../../host/hash.ts';
import { resolutionWitness } from '../../host/resolution-witness.ts';
import type { BundleRequest, BundledProgram } from './bundle-program.ts';

/** Where bundled programs are kept, and what decides their bytes beside their sources. */
export interface ProgramReuse {
  readonly folders: Folders;
  /** Digest of the lab itself and of the packages that bundle. */
  readonly code: Sha256;
}

const KIND = 'program';
const PROGRAM = 'program.cjs';
const ABOUT = 'about.json';
/** Of a few branches. */
const MOST_KEPT = 5;

const keptProgram = z.strictObject({
  // The folder's name holds only the beginning of it.
  key: z.string(),
  program: z.string(),
  witness: z.string(),
  inputs: z.array(z.string()),
  packageFolders: z.array(z.string()),
});

/**
 * Bundles a program, or takes what was bundled of the same sources before. Which sources those are is known only afterwards, so the names of the inputs
 * are kept with the program, and whether they are the same is told by reading all of them ({@link resolutionWitness}).
 *
 * What is kept was bundled twice, with the same result, and what decides it was the same between and after: a source that somebody changes meanwhile
 * must not be taken for the one that was bundled. Bundling takes half a second; building an executable of it seven.
 */
export async function bundleOrReuse({ folders, code }: ProgramReuse, request: BundleRequest, call: Call): Promise<BundledProgram> {
  const key = sha256Of(JSON.stringify([code, request]));
  const wanted = { kind: KIND, recipe: key };
  const kept = await keptUnder(key, wanted, request, folders, call);
  if (kept !== undefined) return kept;
  // What bundles is large, and needed only when something has changed.
  const { bundleProgram } = await import('./bundle-program.ts');
  const first = await bundleProgram(request);
  const witness = await witnessOf(request, first.inputs, call);
  if (witness === undefined) return first;
  const second = await bundleProgram(request);
  const program = sha256Of(second.code);
  if (program !== sha256Of(first.code) || (await witnessOf(request, second.inputs, call)) !== witness) return second;
  const { inputs, packageFolders } = second;
  const about = JSON.stringify({ key, program, witness, inputs: [...inputs], packageFolders: [...packageFolders] } satisfies z.infer<
    typeof keptProgram
  >);
  const make = async (into: string): Promise<{ readonly files: readonly string[]; readonly about: Readonly<Record<string, string>> }> => {
    await writeFileAtomic(path.join(into, PROGRAM), second.code);
    await writeFileAtomic(path.join(into, ABOUT), about);
    return { files: [PROGRAM, ABOUT], about: {} };
  };
  // A cache that cannot be written costs time and nothing else.
  await cachedFolder(folders, { ...wanted, make }, call)
    .then(() => pruneCached(folders, KIND, MOST_KEPT))
    .catch(() => {});
  call.signal.throwIfAborted();
  return second;
}

/** The modules that are replaced decide too: what is asked for has to be found before something else is put in its place. */
const witnessOf = (request: BundleRequest, inputs: readonly string[], call: Call): Promise<Sha256 | undefined> => {
  const replaced = Object.keys(request.replaceModules).flatMap((name) => [name, `node_modules/${name}`]);
  return resolutionWitness(request.projectRoot, [...inputs, ...replaced], call);
};

async function keptUnder(
  key: string,
  wanted: { readonly kind: string; readonly recipe: string },
  request: BundleRequest,
  folders: Folders,
  call: Call,
): Promise<BundledProgram | undefined> {
  const found = await findCached(folders, wanted).catch(() => undefined);
  call.signal.throwIfAborted();
  if (found === undefined) return undefined;
  const about = keptProgram.safeParse(jsonOf(await readTextIfThere(path.join(found.folder, ABOUT)).catch(() => undefined)));
  const code = await readBytesIfThere(path.join(found.folder, PROGRAM)).catch(() => undefined);
  if (
    about.success &&
    code !== undefined &&
    about.data.key === key &&
    about.data.program === sha256Of(code) &&
    about.data.witness === (await witnessOf(request, about.data.inputs, call))
  )
    return { code, inputs: about.data.inputs, packageFolders: about.data.packageFolders };
  call.signal.throwIfAborted();
  await removeTree(found.folder).catch(() => {});
  return undefined;
}

function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
