import path from 'node:path';
import type { Call } from '../../../core/call.ts';
import type { LocalPath } from '../../../core/ids.ts';
import { writeNewFile } from '../../../host/plain-file.ts';
import { resourceEntries } from '../resource-entries.ts';
import type { PackagedContent, PackageParts, Packager, PackagerRuntime } from './packager.ts';
import { runPackager } from './run-packager.ts';
import { readSeaBlob } from './sea-blob.ts';

export interface NodeSeaOptions {
  readonly runtime: PackagerRuntime;
  /** The Node that puts things together; it must be of the runtime's version. */
  readonly node: { readonly executable: LocalPath; readonly version: string };
  readonly limitMs?: number;
}

/** Stands in stack traces of the program, and in the executable. */
const PROGRAM_NAME = 'program.cjs';
const OUTPUT_NAME = 'output.exe';
const LIMIT_MS = 120_000;
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
/** Name of the resource that holds everything. */
export const BLOB_NAME = 'NODE_SEA_BLOB';

/** Has Node put runtime, program and assets together: its single executable applications (`--build-sea`). */
export const nodeSea = ({ runtime, node, limitMs = LIMIT_MS }: NodeSeaOptions): Packager => ({
  name: 'node-sea',
  runtime,
  target: `node${node.version}`,
  recipe: { node: node.version },
  limits: [],
  package: async (parts, call) => {
    const { folder } = parts;
    await writeParts(parts, call);
    // It runs in the folder and knows only relative names, so that no path of this machine gets into the executable.
    const args = ['--build-sea', 'sea.json'];
    return await runPackager(
      { name: 'node-sea', program: node.executable, args, folder, output: OUTPUT_NAME, env: { NODE_OPTIONS: '' }, limitMs },
      call,
    );
  },
  read: readNodeSea,
});

async function writeParts({ folder, runtime, program, assets }: PackageParts, call: Call): Promise<void> {
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
  await write('runtime.exe', runtime);
  await write(PROGRAM_NAME, program);
  for (const [name, bytes] of assets) await write(assetFiles[name] as string, bytes);
  await write('sea.json', JSON.stringify(config));
}

/** What is inside an executable of this packager. Throws `RangeError` for any other file. */
export function readNodeSea(file: Uint8Array): PackagedContent {
  const blobs = resourceEntries(file).filter((entry) => entry.id === BLOB_NAME);
  const [blob] = blobs;
  if (blobs.length !== 1 || blob === undefined) throw new RangeError(`${BLOB_NAME} is there ${blobs.length} times`);
  const { codePath, code, assets } = readSeaBlob(new Uint8Array(blob.bin));
  const problems: string[] = [];
  if (fuseState(file) !== '1') problems.push('the fuse that tells Node of a program inside is not set exactly once');
  if (codePath !== PROGRAM_NAME) problems.push(`the program inside is called ${codePath}`);
  return { program: code, assets, problems };
}

/** `0` or `1` when the fuse is there exactly once. */
function fuseState(file: Uint8Array): string | undefined {
  const buffer = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const at = buffer.indexOf(FUSE);
  if (at < 0 || buffer.includes(FUSE, at + 1)) return undefined;
  // NODE_SEA_FUSE_…:1
  return buffer.toString('latin1', at + FUSE.length + 1, at + FUSE.length + 2);
}
