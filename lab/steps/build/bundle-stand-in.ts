import path from 'node:path';
import { build } from 'esbuild';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { exists } from '../../host/files.ts';

/** Where the file goes within the given folder. */
const FILE = 'test-service.cjs';

/** Bundles a stand-in for a service into one file that any Node from version 22 on runs. Throws `build.no-entry` and `build.source-error`. */
export async function bundleService(projectRoot: LocalPath, entry: string, into: LocalPath): Promise<LocalPath> {
  if (!(await exists(path.join(projectRoot, entry))))
    throw LabError.of('build.no-entry', { entry }, { where: 'lab.config.json: product.testService.entry' });
  const outfile = path.join(into, FILE);
  await build({
    absWorkingDir: projectRoot,
    preserveSymlinks: true,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    charset: 'utf8',
    legalComments: 'none',
    tsconfigRaw: {},
    logLevel: 'silent',
  }).catch((error: unknown) => {
    throw LabError.of('build.source-error', { problems: error instanceof Error ? error.message : String(error) }, { cause: error });
  });
  return outfile as LocalPath;
}
