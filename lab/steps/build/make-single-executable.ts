import path from 'node:path';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { exec } from '../../host/exec.ts';
import { exists } from '../../host/files.ts';
import { writeNewFile } from '../../host/plain-file.ts';

/** What is put together. Everything is written below `folder`, which must be empty. */
export interface SingleExecutableRequest {
  readonly folder: LocalPath;
  /** The runtime without program. */
  readonly runtime: Uint8Array;
  readonly program: Uint8Array;
  readonly assets: ReadonlyMap<string, Uint8Array>;
  /** The Node that puts it together; it must be of the runtime's version. */
  readonly packager: string;
}

/** Stands in stack traces of the program, and in the executable. */
export const PROGRAM_NAME = 'program.cjs';
const OUTPUT_NAME = 'output.exe';

/**
 * Has Node put runtime, program and assets together (`--build-sea`). It runs in the folder and knows only relative names, so that no path of this machine
 * gets into the executable and the same parts give the same bytes. Returns the executable's path. Throws `build.packager-failed`.
 */
export async function makeSingleExecutable(request: SingleExecutableRequest, call: Call): Promise<LocalPath> {
  const { folder, assets } = request;
  const write = (name: string, content: Uint8Array | string): Promise<unknown> =>
    writeNewFile(path.join(folder, name), content, call.signal);
  const assetFiles: Record<string, string> = {};
  for (const [index, name] of [...assets.keys()].toSorted().entries()) assetFiles[name] = `asset-${index}`;
  const config = {
    main: PROGRAM_NAME,
    output: OUTPUT_NAME,
    executable: 'runtime.exe',
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    // A code cache made on Linux is refused on Windows, with a warning at each start.
    useCodeCache: false,
    // The program's behaviour must not hang on a NODE_OPTIONS variable that was meant for something else.
    execArgvExtension: 'none',
    ...(assets.size === 0 ? {} : { assets: assetFiles }),
  };
  await write('runtime.exe', request.runtime);
  await write(PROGRAM_NAME, request.program);
  for (const [name, bytes] of assets) await write(assetFiles[name] as string, bytes);
  await write('sea.json', JSON.stringify(config));
  const result = await exec(request.packager, ['--build-sea', 'sea.json'], call, { cwd: folder, env: { NODE_OPTIONS: '' } });
  call.signal.throwIfAborted();
  if (result.exitCode !== 0 || !(await exists(path.join(folder, OUTPUT_NAME)))) {
    const said = `${result.stderr}\n${result.stdout}`.trim().slice(0, 500);
    const how = result.exitCode === 0 ? 'it wrote no executable' : `exit code ${result.exitCode ?? result.signal}`;
    throw LabError.of('build.packager-failed', { reason: said === '' ? how : `${how}: ${said}` });
  }
  return path.join(folder, OUTPUT_NAME) as LocalPath;
}
