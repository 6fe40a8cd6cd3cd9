import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { LabConfig } from '../../core/config.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import { removeTree } from '../../host/files.ts';
import { readPlainFile, writeNewFile } from '../../host/plain-file.ts';
import { applicationManifest } from './application-manifest.ts';
import { makeSingleExecutable } from './make-single-executable.ts';
import { writeChecksum } from './pe-checksum.ts';
import { readBack } from './read-back.ts';
import { withIdentity } from './windows-resources.ts';

/** Everything an executable is put together of. The same things give the same bytes. */
export interface Assembly {
  readonly product: LabConfig['product'];
  readonly version: string;
  readonly fileName: string;
  readonly windowsNode: { readonly executable: LocalPath };
  /** The bundled program. */
  readonly code: Uint8Array;
  /** The native parts, by the names the program knows them by. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
  readonly icon: Uint8Array;
  readonly packager: { readonly executable: string; readonly version: string };
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
  const nodeExecutable = await readPlainFile(assembly.windowsNode.executable, MOST_RUNTIME_BYTES);
  const runtime = withIdentity(nodeExecutable, { product, version, fileName, icon });
  call.signal.throwIfAborted();

  onProgress('put the executable together');
  const workFolder = path.join(folder, 'parts') as LocalPath;
  const made = await makeSingleExecutable({ folder: workFolder, runtime, program: code, assets, packager: packager.executable }, call);
  const file = await readPlainFile(made, MOST_RUNTIME_BYTES);
  await removeTree(workFolder);
  writeChecksum(file);

  onProgress('read the executable back');
  readBack(file, { version, program: code, assets, manifest: applicationManifest(product.name, version) });
  return { ...(await writeNewFile(path.join(folder, fileName), file, call.signal)), runtimeBytes: runtime.byteLength };
}
