import path from 'node:path';
import type { Call } from '../../../core/call.ts';
import type { LocalPath } from '../../../core/ids.ts';
import { writeNewFile } from '../../../host/plain-file.ts';
import { readBunGraph } from './bun-graph.ts';
import type { PackagedContent, PackageParts, Packager, PackagerRuntime } from './packager.ts';
import { runPackager } from './run-packager.ts';

export interface BunOptions {
  readonly runtime: PackagerRuntime;
  /** The Bun that puts things together; it must be of the runtime's version. */
  readonly bun: { readonly executable: LocalPath; readonly version: string };
  readonly limitMs?: number;
}

const PROGRAM_NAME = 'program.cjs';
const OUTPUT_NAME = 'output.exe';
const STARTER_NAME = 'starter.js';
const LIMIT_MS = 120_000;
/** Where Windows programs see what is inside. */
const INSIDE = 'B:/~BUN/root/';

/**
 * Starts the program from a file inside the executable. Bun would otherwise rewrite it: fold `process.versions`, write this machine's folder in place of
 * `__dirname`, take comments off. As a file it goes in as it is and can be read back. Written as Bun prints it, so that this can be read back too.
 */
const STARTER = `import { readFileSync } from "fs";
import { createRequire } from "module";
import { dirname } from "path";
import { compileFunction } from "vm";
var folder = dirname(Bun.main);
var file = \`\${folder}/${PROGRAM_NAME}\`;
var program = { exports: {} };
var run = compileFunction(readFileSync(file, "utf8"), ["exports", "require", "module", "__filename", "__dirname"], {
  filename: "${PROGRAM_NAME}"
});
run(program.exports, createRequire(import.meta.url), program, file, folder);
`;
const PRINTED_STARTER = `// @bun\n// ${STARTER_NAME}\n${STARTER}`;

/** Settings and files of the folder it is started in must not change what the program does. */
const SEALED = ['dotenv', 'bunfig', 'tsconfig', 'package-json'].map((what) => `--no-compile-autoload-${what}`);

/** Has Bun put runtime, program and assets together (`bun build --compile`). The native parts are files beside the program's `__dirname`. */
export const bunCompile = ({ runtime, bun, limitMs = LIMIT_MS }: BunOptions): Packager => ({
  name: 'bun',
  runtime,
  // What Bun 1.4 takes itself for.
  target: 'node26.3.0',
  recipe: { bun: bun.version },
  limits: [
    'It runs on Bun, an engine other than the one the program is developed and tested with.',
    'It needs a processor with SSE4.2 (Intel from 2008, AMD from 2011).',
    'The environment variables BUN_OPTIONS and BUN_BE_BUN change what it does; whoever starts it can set them.',
    'Bun links libraries under the LGPL; the texts of the other licences it names are at the addresses in its licence.',
  ],
  package: async (parts, call) => {
    const { folder, assets } = parts;
    await writeParts(parts, call);
    const args = ['build', '--compile', '--target=bun-windows-x64', '--compile-executable-path=runtime.exe', ...SEALED];
    for (const name of [...assets.keys()].toSorted()) args.push('--asset', `./${name}`);
    args.push('--asset', `./${PROGRAM_NAME}`, '--outfile', OUTPUT_NAME, `./${STARTER_NAME}`);
    // Bun keeps what it has transpiled below the user's folders, and reads settings there.
    const env = { BUN_OPTIONS: '', BUN_RUNTIME_TRANSPILER_CACHE_PATH: '0', HOME: folder, XDG_CONFIG_HOME: folder, DO_NOT_TRACK: '1' };
    return await runPackager({ name: 'bun', program: bun.executable, args, folder, output: OUTPUT_NAME, env, limitMs }, call);
  },
  read: readBun,
});

const TAKEN: ReadonlySet<string> = new Set([PROGRAM_NAME, OUTPUT_NAME, STARTER_NAME, 'runtime.exe']);

async function writeParts({ folder, runtime, program, assets }: PackageParts, call: Call): Promise<void> {
  const write = (name: string, content: Uint8Array | string): Promise<unknown> =>
    writeNewFile(path.join(folder, name), content, call.signal);
  await write('runtime.exe', runtime);
  await write(STARTER_NAME, STARTER);
  await write(PROGRAM_NAME, program);
  for (const [name, bytes] of assets) {
    if (TAKEN.has(name.toLowerCase())) throw new RangeError(`a native part cannot be called ${name}`);
    await write(name, bytes);
  }
}

/** What is inside an executable of this packager. Throws `RangeError` for any other file. */
export function readBun(file: Uint8Array): PackagedContent {
  const { entry, files, options } = readBunGraph(file);
  const problems: string[] = [];
  if (Buffer.from(entry.content).toString('utf8') !== PRINTED_STARTER) problems.push('what is started inside is not the lab’s starter');
  if (entry.name !== `${INSIDE}${OUTPUT_NAME}`) problems.push(`what is started inside is called ${entry.name}`);
  if (options !== '') problems.push(`it gives its runtime the options ${options}`);
  const assets = new Map<string, Uint8Array>();
  let program: Uint8Array | undefined;
  for (const { name, content, derivedBytes } of files) {
    const short = name.startsWith(INSIDE) ? name.slice(INSIDE.length) : name;
    if (derivedBytes > 0) problems.push(`${short} comes with ${derivedBytes} compiled bytes`);
    if (short === PROGRAM_NAME) program = content;
    else if (assets.has(short)) problems.push(`${short} is inside twice`);
    else assets.set(short, content);
  }
  if (program === undefined) throw new RangeError(`there is no ${PROGRAM_NAME} inside`);
  return { program, assets, problems };
}
