import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { LabConfig } from '../../core/config.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import { sha256Of } from '../../host/hash.ts';
import { removeTree } from '../../host/files.ts';
import { readPlainFile, writeNewFile } from '../../host/plain-file.ts';
import { applicationManifest } from './application-manifest.ts';
import type { Packager } from './packagers/packager.ts';
import { writeChecksum } from './pe-checksum.ts';
import { readBack } from './read-back.ts';
import { withIdentity } from './windows-resources.ts';

/** Everything an executable is put together of. The same things give the same bytes. */
export interface Assembly {
  readonly product: LabConfig['product'];
  readonly version: string;
  readonly fileName: string;
  /** The bundled program. */
  readonly code: Uint8Array;
  /** The native parts, by the names the program knows them by. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
  readonly icon: Uint8Array;
  readonly packager: Packager;
  readonly onProgress: (what: string) => void;
}

/** What stands in the folder after an assembly. */
export interface Assembled {
  readonly sizeBytes: number;
  readonly sha256: Sha256;
  readonly runtimeBytes: number;
}

const MOST_RUNTIME_BYTES = 512 << 20;

/** Puts the executable together in `folder`, under its name, and reads it back. Throws `build.*`; what is in the folder then is worth nothing. */
export async function assembleExecutable(assembly: Assembly, folder: LocalPath, call: Call): Promise<Assembled> {
  const { product, version, fileName, code, assets, icon, packager, onProgress } = assembly;
  onProgress('give the runtime its identity');
  const original = await readPlainFile(packager.runtime.executable, MOST_RUNTIME_BYTES);
  // It is named in the bill of materials, and what was made of it before is taken for what would be made of it now.
  const [told] = packager.runtime.component.files ?? [];
  const sha256 = sha256Of(original);
  if (told?.sha256 !== sha256)
    throw LabError.of('build.runtime-changed', { runtime: packager.runtime.name, file: packager.runtime.executable });
  const runtime = withIdentity(original, { product, version, fileName, icon });
  call.signal.throwIfAborted();

  onProgress('put the executable together');
  const workFolder = path.join(folder, 'parts') as LocalPath;
  let file: Uint8Array;
  try {
    const made = await packager.package({ folder: workFolder, runtime, program: code, assets }, call);
    file = await readPlainFile(made, MOST_RUNTIME_BYTES);
  } finally {
    await removeTree(workFolder);
  }
  writeChecksum(file);

  onProgress('read the executable back');
  readBack(file, { version, program: code, assets, manifest: applicationManifest(product.name, version) }, packager.read);
  return { ...(await writeNewFile(path.join(folder, fileName), file, call.signal)), runtimeBytes: runtime.byteLength };
}
