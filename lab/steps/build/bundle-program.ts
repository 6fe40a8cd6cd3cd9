import path from 'node:path';
import { type BuildFailure, type BuildOptions, type Metafile, type OutputFile, build, transform } from 'esbuild';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { exists } from '../../host/files.ts';
import { type ProgramChunk, joinChunks } from './join-chunks.ts';
import { replaceModules } from './replace-modules.ts';

/** A program as one CommonJS file, and what went into it. */
export interface BundledProgram {
  readonly code: Uint8Array;
  /** Every file that was read for it, relative to the project with `/`; also those of which nothing was used. */
  readonly inputs: readonly string[];
  /** Folders of the npm packages of which at least one byte is in it, relative to the project. */
  readonly packageFolders: readonly string[];
}

export interface BundleRequest {
  readonly projectRoot: LocalPath;
  /** Relative to the project. */
  readonly entry: string;
  readonly replaceModules: Readonly<Record<string, string>>;
  /** What the program finds under the name `PRODUCT_BUILD`. */
  readonly productBuild: unknown;
  /** As esbuild calls what has to understand it: `node26.10.0`. */
  readonly target: string;
}

const MOST_PROBLEMS = 8;
/** Name of a folder that is never made. */
const OUTPUT = 'program';

/**
 * Bundles the program and all it imports into one file. What it imports with `import()` costs its start nothing: it is not even read before it is wanted.
 * The same sources give the same bytes, wherever they are. Throws `build.no-entry`, `build.source-error` with file and line, and
 * `build.unused-replacement` when a module that is to be replaced never came up: its name would be wrong.
 */
export async function bundleProgram(request: BundleRequest): Promise<BundledProgram> {
  const { projectRoot, entry } = request;
  if (!(await exists(path.join(projectRoot, entry))))
    throw LabError.of('build.no-entry', { entry }, { where: 'lab.config.json: product.entry' });
  const { outputFiles, metafile } = await build({
    absWorkingDir: projectRoot,
    // Modules are known by where the project sees them, also when node_modules is a link to somewhere else.
    preserveSymlinks: true,
    entryPoints: [entry],
    outdir: OUTPUT,
    write: false,
    bundle: true,
    platform: 'node',
    // The only format that is cut where the program loads something only when it is wanted.
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]',
    ...style(request.target),
    define: { PRODUCT_BUILD: JSON.stringify(request.productBuild) },
    plugins: [replaceModules(projectRoot, request.replaceModules)],
    metafile: true,
    logLevel: 'silent',
    // The project's settings for editors and type checks are not the program's business.
    tsconfigRaw: {},
  }).catch((error: unknown) => {
    throw LabError.of('build.source-error', { problems: problemsOf(error) }, { cause: error });
  });
  for (const replacement of Object.values(request.replaceModules)) {
    if (!(path.posix.normalize(replacement) in metafile.inputs)) {
      throw LabError.of('build.unused-replacement', { replacement }, { where: 'lab.config.json: product.replaceModules' });
    }
  }
  // esbuild names itself among the inputs: <define:PRODUCT_BUILD>
  const inputs = Object.keys(metafile.inputs).filter((name) => !name.startsWith('<'));
  const code = await oneFile(outputFiles, metafile, entry, request.target);
  return { code, inputs, packageFolders: packageFoldersOf(metafile) };
}

/** How the program is written, whole or in parts. */
const style = (
  target: string,
): Pick<BuildOptions, 'target' | 'charset' | 'legalComments' | 'sourcemap' | 'minifyWhitespace' | 'minifySyntax'> => ({
  target,
  charset: 'utf8',
  legalComments: 'none',
  sourcemap: false,
  // Names of functions and classes show in stack traces; whitespace only costs start-up time.
  minifyWhitespace: true,
  minifySyntax: true,
});

async function oneFile(files: readonly OutputFile[], { outputs }: Metafile, entry: string, target: string): Promise<Uint8Array> {
  const chunks: ProgramChunk[] = [];
  let first: string | undefined;
  for (const { path: file, text } of files) {
    const name = path.basename(file);
    const { code } = await transform(text, {
      ...style(target),
      format: 'cjs',
      platform: 'node',
      // A program inside an executable has no files that it could import.
      supported: { 'dynamic-import': false },
    });
    if (outputs[`${OUTPUT}/${name}`]?.entryPoint === path.posix.normalize(entry)) first = code;
    else chunks.push({ name, code });
  }
  if (first === undefined) throw LabError.of('build.source-error', { problems: `esbuild made nothing of ${entry}` });
  return Buffer.from(
    joinChunks(
      first,
      chunks.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    ),
  );
}

// node_modules/@scope/name/lib/x.js · node_modules/a/node_modules/b/index.js → the innermost package
const IN_PACKAGE = /^(?<folder>(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** What was looked at and dropped is not listed. */
function packageFoldersOf(metafile: Metafile): readonly string[] {
  const folders = new Set<string>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const folder = IN_PACKAGE.exec(input)?.groups?.['folder'];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  }
  return [...folders];
}

function problemsOf(error: unknown): string {
  const errors = (error as Partial<BuildFailure>).errors;
  if (errors === undefined) return error instanceof Error ? error.message : String(error);
  const lines = errors.map(({ text, location }) => (location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text));
  const more = lines.length > MOST_PROBLEMS ? [`and ${lines.length - MOST_PROBLEMS} more`] : [];
  return [...lines.slice(0, MOST_PROBLEMS), ...more].join('\n');
}
