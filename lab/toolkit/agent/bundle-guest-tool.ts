import path from 'node:path';
import { build } from 'esbuild';

const GUEST_SOURCES = path.join(import.meta.dirname, 'guest');

/**
 * Makes the in-guest tool: one CommonJS file at `outFile` that needs nothing but a Node of version 22 or later.
 *
 * The same sources give the same bytes wherever the project lies and wherever `outFile` is. An existing file is overwritten.
 */
export async function bundleGuestTool(outFile: string): Promise<void> {
  await build({
    entryPoints: ['main.ts'],
    absWorkingDir: GUEST_SOURCES,
    outfile: path.resolve(outFile),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    charset: 'utf8',
    // Comments of the output name where modules lie.
    minifyWhitespace: true,
    legalComments: 'none',
    sourcemap: false,
    // The nearest tsconfig.json must not change the output.
    tsconfigRaw: '{}',
    logLevel: 'silent',
  });
}
